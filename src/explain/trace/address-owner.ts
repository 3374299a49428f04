import type { FlowPlace } from '../flows/flow-places.ts';
import type { Known } from '../question/question.ts';
import type { AddressOwner } from '../trace-list.ts';
import { whoIsAt } from './who-is-at.ts';

/**
 * @param place the destination, which is no Service port
 * @param node name of the captured node, where it is known
 * @returns whose address it is; null where nobody known has it
 */
export function addressOwner(place: FlowPlace, known: Known, node: string | null): AddressOwner | null {
  const [holder] = place.hostPods;
  if (holder !== undefined) {
    const { namespace, name, node: on } = holder;
    const thisNode = node === null || on === null ? null : on === node;
    return { kind: 'hostPort', namespace, pod: name, node: on, thisNode };
  }
  // IPVS puts the addresses of Services on the node itself.
  if (place.portless !== null) return null;
  const who = whoIsAt(place.address, place.port, known, node);
  if (who === null) return null;
  const { namespace, pod, node: on, thisNode } = who;
  return { kind: pod === null ? 'node' : 'pod', namespace, pod, node: on, thisNode };
}
