import { isLocalAddress } from '../../host/local-addresses.ts';
import type { RealServer, VirtualServer } from '../../ipvs/model.ts';
import { takenText } from '../../ipvs/print-ipvs.ts';
import { sharesOf } from '../../ipvs/shares.ts';
import { IpvsTable } from '../../ipvs/table.ts';
import { formatAddress } from '../../net/address.ts';
import { formatProtocol } from '../../net/protocol.ts';
import { ipvsSet } from '../../proxy/chains.ts';
import type { Known } from '../question/question.ts';
import type { ServiceItem } from '../service-list.ts';
import { whoIsAt } from '../trace/who-is-at.ts';
import type { ServiceNaming } from './service-naming.ts';
import type { ApiPort } from './socket-index.ts';
import { type Expected, expectedAddresses } from './unprogrammed-addresses.ts';

/** A virtual server that takes packets to a socket. */
type OfSocket = VirtualServer & { readonly takes: Extract<VirtualServer['takes'], { by: 'socket' }> };

/** Virtual servers of one Service port in one family, or one that nobody in the API has. */
interface Group {
  readonly port: ApiPort | null;
  readonly servers: OfSocket[];
}

/** What items are made from. */
interface Reading {
  readonly known: Known;
  readonly naming: ServiceNaming;
  readonly node: string | null;
}

/** What is found once for all items. */
interface Listing extends Reading {
  /** The families in which some virtual server is for a node port. */
  readonly nodePortFamilies: ReadonlySet<ServiceItem['family']>;
}

/**
 * Lists every Service port that IPVS balances, by the API's addresses and node ports; a virtual server that no Service has is
 * an item without a name. Those by mark are not kube-proxy's, and left out.
 * @returns empty where IPVS was not captured
 */
export function listIpvsServices(reading: Reading): ServiceItem[] {
  const { ipvs } = reading.known;
  if (!(ipvs instanceof IpvsTable)) return [];
  const groups = new Map<string, Group>();
  const nodePortFamilies = new Set<ServiceItem['family']>();
  for (const server of ipvs.servers) {
    if (!isOfSocket(server)) continue;
    const found = servicePortOf(server, reading);
    const { address, port, protocol } = server.takes;
    const name = formatProtocol(protocol);
    if (found !== null && reading.naming.bySocket(formatAddress(address), port, name) === null)
      nodePortFamilies.add(address.family);
    const key =
      found === null
        ? `${takenText(server.takes)} ${name}`
        : `${found.name.namespace}/${found.name.service}:${found.name.port} ${name} ${address.family}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { port: found, servers: [server] });
    else group.servers.push(server);
  }
  const listing = { ...reading, nodePortFamilies };
  return [...groups.values()].flatMap((group) => itemOf(group, ipvs, listing));
}

function isOfSocket(server: VirtualServer): server is OfSocket {
  return server.takes.by === 'socket';
}

/** @returns the Service port of the API that a virtual server is for: by its address, or as a node port; null for none. */
export function servicePortOf(
  { takes }: VirtualServer,
  { known, naming }: Pick<Reading, 'known' | 'naming'>,
): ApiPort | null {
  if (takes.by === 'mark') return null;
  const { address, port, protocol } = takes;
  const name = formatProtocol(protocol);
  const own = naming.bySocket(formatAddress(address), port, name);
  if (own !== null || isLocalAddress(known.host, address) === false) return own;
  return naming.bySocket(null, port, name);
}

/** By which kind of address each virtual server of a Service port is reached. */
type Kinds = Readonly<Record<Expected['kind'], readonly OfSocket[]>>;

function kindsOf(expected: readonly Expected[], servers: readonly OfSocket[]): Kinds {
  const at = (kind: Expected['kind']): OfSocket[] =>
    servers.filter(({ takes }) =>
      expected.some(
        (place) =>
          place.kind === kind &&
          place.port === takes.port &&
          (place.address === null || place.address === formatAddress(takes.address)),
      ),
    );
  const clusterIP = at('clusterIP');
  const externalIP = at('externalIP');
  const loadBalancerIP = at('loadBalancerIP');
  const byAddress = new Set([...clusterIP, ...externalIP, ...loadBalancerIP]);
  return {
    clusterIP,
    externalIP,
    loadBalancerIP,
    nodePort: at('nodePort').filter((each) => !byAddress.has(each)),
  };
}

function itemOf({ port: found, servers }: Group, table: IpvsTable, reading: Listing): ServiceItem[] {
  const service = found?.service ?? null;
  const [first] = servers;
  if (first === undefined) return [];
  const { family } = first.takes.address;
  const protocol = formatProtocol(first.takes.protocol);
  const expected =
    found === null || service === null ? [] : expectedAddresses(service, found.name.port, protocol, family);
  const kinds = kindsOf(expected, servers);
  // A cluster IP takes all endpoints that policy allows; without one, the first virtual server tells.
  const telling = kinds.clusterIP[0] ?? first;
  const sockets = (of: readonly OfSocket[]) =>
    of.map(({ takes }) => ({ address: formatAddress(takes.address), port: takes.port }));
  return [
    {
      namespace: found?.name.namespace ?? null,
      name: found?.name.service ?? null,
      port: found?.name.port ?? null,
      protocol,
      namedBy: found === null ? 'none' : 'api',
      family,
      backend: 'ipvs',
      conflict: null,
      clusterIPs: sockets(service === null ? servers : kinds.clusterIP),
      externalIPs: sockets(kinds.externalIP),
      loadBalancerIPs: sockets(kinds.loadBalancerIP),
      nodePort: kinds.nodePort[0]?.takes.port ?? null,
      internalPolicy: policyOf(service?.internalTrafficPolicy),
      externalPolicy: policyOf(service?.externalTrafficPolicy),
      affinitySeconds: telling.persistence?.seconds ?? null,
      sourceRanges: sourceRangesOf(kinds.loadBalancerIP, reading.known),
      unprogrammed: expected
        .filter((place) => isMissing(place, kinds, reading.nodePortFamilies.has(family)))
        .map((place) => ({ ...place, state: table.incomplete ? 'not-captured' : 'no-rule' })),
      printed: [],
      notCaptured: servers
        .filter(({ incomplete }) => incomplete === true)
        .map(({ takes }) => takenText(takes)),
      misdirected: [],
      endpoints: [
        ...endpointsOf(telling, 'cluster', reading),
        ...localEndpoints(kinds, service?.externalTrafficPolicy === 'Local', reading),
      ],
      ipvs: factsOf(telling, reading),
      refusals: servers
        .filter((server) => server.incomplete !== true && sharesOf(server).parts.length === 0)
        .map((server) => ({
          action: 'reject' as const,
          address: formatAddress(server.takes.address),
          port: server.takes.port,
          nodePort: kinds.nodePort.includes(server),
          comment: null,
          file: server.file,
          line: server.line,
        })),
      chains: servers.map(({ takes }) => takenText(takes)),
    },
  ];
}

function policyOf(text: string | null | undefined): ServiceItem['internalPolicy'] {
  return text === 'Cluster' || text === 'Local' ? text : null;
}

/**
 * Node ports stand on addresses of the node: where none of this family does, kube-proxy may have found no address for them.
 * @param hasNodePorts some virtual server of the family is for a node port
 */
function isMissing({ kind, address, port }: Expected, kinds: Kinds, hasNodePorts: boolean): boolean {
  if (kind !== 'nodePort')
    return !kinds[kind].some(({ takes }) => takes.port === port && formatAddress(takes.address) === address);
  return kinds.nodePort.length === 0 && hasNodePorts;
}

function endpointsOf(
  server: OfSocket,
  scope: ServiceItem['endpoints'][number]['scope'],
  reading: Reading,
): ServiceItem['endpoints'] {
  return sharesOf(server).parts.map(({ real, share }) => ({
    address: formatAddress(real.address),
    port: real.port,
    share,
    scope,
    chain: takenText(server.takes),
    endpoint: endpointAt(real, reading),
    weight: real.weight,
  }));
}

/** What outer addresses send to under policy Local; where no endpoint is local they have the others, and say nothing more. */
function localEndpoints(kinds: Kinds, local: boolean, reading: Reading): ServiceItem['endpoints'] {
  const outer = kinds.nodePort[0] ?? kinds.loadBalancerIP[0] ?? kinds.externalIP[0];
  if (!local || outer === undefined) return [];
  const endpoints = endpointsOf(outer, 'local', reading);
  return endpoints.every(({ endpoint }) => endpoint?.thisNode === true) ? endpoints : [];
}

function factsOf(server: OfSocket, reading: Reading): NonNullable<ServiceItem['ipvs']> {
  return {
    scheduler: server.scheduler,
    exactShares: sharesOf(server).exact,
    drained: server.servers
      .filter(({ weight }) => weight === 0)
      .map((real) => ({
        address: formatAddress(real.address),
        port: real.port,
        connections: real.active === null || real.inactive === null ? null : real.active + real.inactive,
        endpoint: endpointAt(real, reading),
      })),
  };
}

function endpointAt(real: RealServer, { known, node }: Reading) {
  return whoIsAt(real.address, real.port, known, node);
}

/** Members of kube-proxy's set, `IP,PROTOCOL:PORT,NETWORK`. */
function sourceRangesOf(balancers: readonly OfSocket[], { host }: Known): string[] {
  const ranges = balancers.flatMap(({ takes: { address, port, protocol } }) => {
    const set = host.ipsets?.get(ipvsSet('LOAD-BALANCER-SOURCE-CIDR', address.family));
    const at = `${formatProtocol(protocol)}:${port}`;
    return (set?.entries ?? []).flatMap(({ parts }) =>
      parts[0] === formatAddress(address) && parts[1] === at && parts[2] !== undefined ? [parts[2]] : [],
    );
  });
  return [...new Set(ranges)];
}
