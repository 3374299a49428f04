import { thisNode } from '../../explain/question/this-node.ts';
import type { ServiceItem } from '../../explain/service-list.ts';
import type { CheckContext } from '../../findings/context.ts';
import type { Family } from '../../net/address.ts';
import { formatPrefix, parsePrefix } from '../../net/prefix.ts';

/** What one node does, in a form that can be compared with other nodes: nothing in it may differ by design. */
export interface NodeProfile {
  readonly node: string;
  readonly takenAt: string | null;
  /** Equal for nodes of one cluster; null: the capture does not tell (no Nodes, or this node is not among them). */
  readonly cluster: string | null;
  /** `kube-proxy` → `v1.36.3`; null: not known. */
  readonly settings: ReadonlyMap<string, string | null>;
  /** By `shop/web:http tcp`, with `(ipv6)` behind it for that family; null where iptables rules do not tell all of it. */
  readonly services: ReadonlyMap<string, ProgrammedPort> | null;
}

/**
 * What every node should do with a Service port, each as sorted words; null where nodes may differ by design (policy Local,
 * topology hints) or the capture cannot tell.
 */
export interface ProgrammedPort {
  /** Where packets for it are taken: `10.96.10.1:80`, `node port 30080`. */
  readonly places: readonly string[];
  /** `10.244.1.11:8080`, … */
  readonly endpoints: readonly string[] | null;
  /** `equal`, or each endpoint with its share. */
  readonly shares: readonly string[] | null;
  /** `10800 s`, or `none`. */
  readonly affinity: readonly string[] | null;
  readonly sourceRanges: readonly string[];
}

/** One of them. */
export type Facet = keyof ProgrammedPort;

/** @returns what the node does, or null where it has no name, or not all of it could be read: then others cannot be held against it. */
export function profileOf(context: CheckContext, takenAt: string | null): NodeProfile | null {
  const { node, known, input } = context;
  if (node.name === null || (input.cutInputs ?? []).length > 0) return null;
  const backends = [...new Set(context.programmed.map(({ backend }) => backend))].sort();
  return {
    node: node.name,
    takenAt,
    cluster: clusterOf(context, node.name),
    settings: new Map([
      ['proxy mode', known.proxyMode],
      ['kube-proxy', versionOf(input.kubeProxyVersion)],
      ['backend of kube-proxy’s rules', backends.length === 0 ? null : backends.join(' and ')],
      ...FAMILIES.map((family): [string, string | null] => [
        `pod network of kube-proxy (${family})`,
        podNetwork(context, family),
      ]),
    ]),
    services: known.proxyMode === 'iptables' && context.hasRules('ipv4') ? programmedPorts(context) : null,
  };
}

function versionOf(text: string | null): string | null {
  return /v?\d+\.\d+\.\d+\S*/.exec(text ?? '')?.[0] ?? null;
}

/** The nodes a cluster has, with their addresses: two clusters do not share them. */
function clusterOf({ known }: CheckContext, own: string): string | null {
  const { nodes } = known.cluster;
  if (nodes === null || !nodes.some(({ name }) => name === own)) return null;
  return nodes
    .map(({ name, addresses }) => `${name} ${addresses.map(({ address }) => address).sort()}`)
    .sort()
    .join('\n');
}

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** Null also where kube-proxy goes by interface, which each node may name in its own way. */
function podNetwork(context: CheckContext, family: Family): string | null {
  if (!context.hasRules(family) || context.flushed(family)) return null;
  const { kind, networks } = context.detection(family);
  if (kind === 'all') return 'everything is masqueraded';
  if (kind === 'none') return 'none told';
  if (networks.length === 0) return null;
  const own = new Set((thisNode(context.known)?.podCIDRs ?? []).map(normal));
  return networks
    .map(({ prefix }) => formatPrefix(prefix))
    .map((text) => (own.has(text) ? 'the node’s own pod CIDR' : text))
    .sort()
    .join(', ');
}

function normal(text: string): string {
  const prefix = parsePrefix(text);
  return prefix === null ? text : formatPrefix(prefix);
}

function programmedPorts(context: CheckContext): ReadonlyMap<string, ProgrammedPort> {
  const hinted = hintedServices(context);
  const ports = new Map<string, ProgrammedPort>();
  for (const item of context.programmed) {
    if (item.namespace === null || item.name === null) continue;
    const label = `${item.namespace}/${item.name}${item.port === null ? '' : `:${item.port}`} ${item.protocol}${item.family === 'ipv6' ? ' (ipv6)' : ''}`;
    // Two backends hold the port twice: that is a finding of the node, and not compared once more.
    if (ports.has(label)) continue;
    const mayDiffer =
      item.internalPolicy === 'Local' || hinted.has(`${item.namespace}/${item.name}`) || isCut(item);
    const endpoints = item.endpoints.filter(({ scope }) => scope === 'cluster');
    const none = mayDiffer || endpoints.length === 0;
    ports.set(label, {
      places: placesOf(item),
      endpoints: mayDiffer ? null : endpoints.map(socketOf).sort(),
      shares: none ? null : sharesOf(endpoints),
      affinity: none ? null : [item.affinitySeconds === null ? 'none' : `${item.affinitySeconds} s`],
      sourceRanges: [...item.sourceRanges].sort(),
    });
  }
  return ports;
}

/** Where hints or a policy choose, each node or zone has endpoints of its own. */
function hintedServices({ known }: CheckContext): ReadonlySet<string> {
  const { endpoints, services } = known.cluster;
  return new Set([
    ...(endpoints ?? [])
      .filter(({ zoneHints, nodeHints }) => zoneHints.length > 0 || nodeHints.length > 0)
      .map(({ namespace, service }) => `${namespace}/${service}`),
    ...(services ?? [])
      .filter(({ internalTrafficPolicy }) => internalTrafficPolicy === 'Local')
      .map(({ namespace, name }) => `${namespace}/${name}`),
  ]);
}

function isCut({ notCaptured }: ServiceItem): boolean {
  return notCaptured.length > 0;
}

function placesOf({ clusterIPs, externalIPs, loadBalancerIPs, nodePort }: ServiceItem): string[] {
  const sockets = [...clusterIPs, ...externalIPs, ...loadBalancerIPs].map(socketOf);
  return [...new Set([...sockets, ...(nodePort === null ? [] : [`node port ${nodePort}`])])].sort();
}

/** Unequal shares are a fault of their own, wherever the endpoints are the same. */
function sharesOf(endpoints: ServiceItem['endpoints']): string[] {
  const fair = 1 / endpoints.length;
  if (endpoints.every(({ share }) => Math.abs(share - fair) <= fair * 0.01)) return ['equal'];
  return endpoints.map((one) => `${socketOf(one)} ${Math.round(one.share * 1000) / 10} %`).sort();
}

function socketOf({ address, port }: { readonly address: string; readonly port: number | null }): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port ?? '?'}`;
}
