import type { Endpoint } from '../../kubernetes/objects.ts';
import type { ExpectedPort } from '../expected/expected-port.ts';

/** As many endpoints as the traces of one check meet for this, each of three senders counted. */
const BUDGET = 800;

/**
 * Chooses the Service ports that are followed to other nodes: first one for each kind of way there (a node, family, protocol,
 * pods of a network of their own or in the node's), smallest first, then others, spread evenly, as far as the budget goes.
 * @param far endpoints that are on nodes that can be followed to
 * @param inNodesNetwork whether an endpoint has its node's address
 */
export function chooseAcross(
  ports: readonly ExpectedPort[],
  far: (endpoint: Endpoint) => boolean,
  inNodesNetwork: (endpoint: Endpoint) => boolean,
): readonly ExpectedPort[] {
  const bySize = [...ports].sort((a, b) => a.endpoints.length - b.endpoints.length);
  const met = new Set<string>();
  const chosen = new Set<ExpectedPort>();
  let left = BUDGET;
  for (const port of bySize) {
    const kinds = port.endpoints.filter(far).map((endpoint) => {
      return [
        endpoint.node,
        port.family,
        port.protocol,
        inNodesNetwork(endpoint),
        comesFromOutside(port),
      ].join(' ');
    });
    if (kinds.every((kind) => met.has(kind)) || (left < costOf(port) && chosen.size > 0)) continue;
    for (const kind of kinds) met.add(kind);
    chosen.add(port);
    left -= costOf(port);
  }
  const rest = ports.filter((port) => !chosen.has(port));
  const cost = rest.reduce((sum, port) => sum + costOf(port), 0);
  const step = Math.max(1, cost / Math.max(1, left));
  let at = 0;
  for (const port of rest) {
    at += 1;
    if (Math.floor(at / step) === Math.floor((at - 1) / step) || left < costOf(port)) continue;
    chosen.add(port);
    left -= costOf(port);
  }
  return ports.filter((port) => chosen.has(port));
}

/** @returns true where clients outside come to endpoints on other nodes by a node port of this one. */
export function comesFromOutside({ port, service }: ExpectedPort): boolean {
  // What is sent to other nodes although the policy is Local is told by KP104.
  return port.nodePort !== null && service.externalTrafficPolicy !== 'Local';
}

/** Each sender's trace meets every endpoint. */
function costOf(port: ExpectedPort): number {
  return (comesFromOutside(port) ? 3 : 2) * (port.endpoints.length + 1);
}
