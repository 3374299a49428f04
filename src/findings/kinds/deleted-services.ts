import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import type { Evidence } from '../finding.ts';
import { wholeCarriers } from './whole-carriers.ts';

/** A Service that the rules still serve and the API no longer has. */
export interface DeletedService {
  /** `namespace/service`. */
  readonly label: string;
  readonly evidence: Evidence;
}

/**
 * @returns Services that rules lead to although the API has none of the name. Chains that nothing leads to are left aside:
 *   in large clusters kube-proxy lets them stand until its next full sync. So is everything where the list of Services is
 *   that of some namespaces only: every cluster has `default/kubernetes`.
 */
export function deletedServices(context: CheckContext): DeletedService[] {
  const services = context.known.cluster.services ?? [];
  if (context.notCompared !== null) return [];
  const present = new Set(services.map(({ namespace, name }) => `${namespace}/${name}`));
  if (!present.has('default/kubernetes')) return [];
  const isWhole = wholeCarriers(context);
  const found = new Map<string, DeletedService>();
  for (const item of context.programmed) {
    const label = `${item.namespace}/${item.name}`;
    if (item.namespace === null || item.namedBy === 'none' || present.has(label) || found.has(label))
      continue;
    if (!isWhole(item)) continue;
    const [socket] = [...item.clusterIPs, ...item.externalIPs, ...item.loadBalancerIPs];
    if (socket === undefined && item.nodePort === null) continue;
    const where = socket === undefined ? `node port ${item.nodePort}` : `${socket.address}:${socket.port}`;
    found.set(label, {
      label,
      evidence: factEvidence(`${label} (${where}) has rules, and is not in the API`),
    });
  }
  return [...found.values()];
}
