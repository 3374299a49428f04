import type { ServiceItem } from '../explain/explanation.ts';
import { addressWithPort } from './format-address.ts';

/** @returns what a Service port has beyond the usual, most urgent first, as clauses joined by `; `. Not escaped. */
export function describeRemarks(item: ServiceItem): string {
  return [
    ...userspace(item),
    ...refusals(item),
    ...(item.conflict === null ? [] : [`the rules' comment says ${item.conflict}`]),
    ...shares(item),
    ...(item.externalPolicy === 'Local' ? ['external Local'] : []),
    ...(item.internalPolicy === 'Local' ? ['internal Local'] : []),
    ...(item.affinitySeconds === null ? [] : [`client affinity ${item.affinitySeconds} s`]),
    ...addresses('load balancer', item.loadBalancerIPs),
    ...addresses('external IP', item.externalIPs),
    ...(item.sourceRanges.length === 0 ? [] : [`only from ${item.sourceRanges.join(', ')}`]),
    ...(item.namedBy === 'comment' ? ['named by a comment'] : []),
  ].join('; ');
}

/** In userspace mode rules lead to kube-proxy itself, and which endpoint it dials is in none of them. */
function userspace(item: ServiceItem): string[] {
  const port = proxyPort(item);
  return port === null
    ? []
    : [`kube-proxy itself answers on port ${port} of the node and dials an endpoint (userspace mode)`];
}

/** @returns the port on which kube-proxy takes this Service port's connections; null where it only writes rules. */
export function proxyPort(item: ServiceItem): number | null {
  const proxy = item.endpoints.find(({ chain }) => /^KUBE-(?:PORTALS|NODEPORT)-/.test(chain));
  return proxy?.port ?? null;
}

/** Each place that refuses, once: `rejected` for the cluster IP, `node port dropped`, `203.0.113.1:80 dropped`. */
function refusals(item: ServiceItem): string[] {
  const clusterIPs = new Set(item.clusterIPs.map(({ address }) => address));
  const words = item.refusals
    .filter((refusal) => !isSourceFilter(refusal, item))
    .map((refusal) => {
      const verb = refusal.action === 'reject' ? 'rejected' : 'dropped';
      if (refusal.nodePort) return `node port ${verb}`;
      if (refusal.address === null) return verb;
      if (clusterIPs.has(refusal.address)) return verb;
      return `${addressWithPort(refusal.address, refusal.port)} ${verb}`;
    });
  return [...new Set(words)];
}

/** The drop behind KUBE-FW meets only clients outside the source ranges, which have a remark of their own. */
function isSourceFilter(refusal: ServiceItem['refusals'][number], item: ServiceItem): boolean {
  if (item.sourceRanges.length === 0 || refusal.nodePort || refusal.action !== 'drop') return false;
  return refusal.comment !== null && !refusal.comment.includes(' has no ');
}

/** Shares are worth a word only where they differ: kube-proxy writes even ones. */
function shares(item: ServiceItem): string[] {
  const cluster = item.endpoints.filter((endpoint) => endpoint.scope === 'cluster');
  const listed = cluster.length > 0 ? cluster : item.endpoints;
  const values = listed.map((endpoint) => endpoint.share);
  if (values.length === 0 || Math.max(...values) - Math.min(...values) < 0.001) return [];
  const all = listed.map(
    ({ address, port, share }) => `${addressWithPort(address, port)} ${(share * 100).toFixed(1)} %`,
  );
  const shown = all.slice(0, 6).join(', ');
  return [`uneven shares: ${shown}${all.length > 6 ? `, … (${all.length})` : ''}`];
}

function addresses(word: string, list: readonly { address: string; port: number }[]): string[] {
  if (list.length === 0) return [];
  return [`${word} ${list.map(({ address, port }) => addressWithPort(address, port)).join(', ')}`];
}
