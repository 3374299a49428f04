import type { Pod } from '../../kubernetes/objects.ts';
import { type Address, type Family, formatAddress, parseAddress } from '../../net/address.ts';
import { compareText } from '../../words/compare-text.ts';
import type { Known } from './question.ts';
import { routeTowards } from './route-towards.ts';
import { thisNodeName } from './this-node.ts';

/** A pod that may stand for any pod of this node. */
export interface SomePod {
  readonly pod: Pod;
  readonly address: Address;
  /** False where nothing tells that the pod is on this node. */
  readonly here: boolean;
}

/**
 * Picks a pod of this node, the same one for the same capture, and if it can be one that is behind no Service. Without the
 * node's name the routes tell: pods of this node are neighbours behind an interface other than the default route's.
 * @returns null where the capture knows no pod that could be meant
 */
export function findSomePod(known: Known, family: Family): SomePod | null {
  const node = thisNodeName(known);
  const pods = known.book.podsOn(node).filter(isAlive);
  const candidates = pods
    .flatMap((pod) =>
      addressesOf(pod, family).map((address) => ({
        pod,
        address,
        name: `${pod.namespace}/${pod.name}`,
        here: node !== null || isNeighbour(known, address),
        endpoint: known.book.isEndpoint(formatAddress(address)),
      })),
    )
    .sort(
      (a, b) =>
        Number(b.here) - Number(a.here) ||
        Number(a.endpoint) - Number(b.endpoint) ||
        compareText(a.name, b.name),
    );
  return candidates[0] ?? null;
}

function isAlive({ hostNetwork, terminating, phase }: Pod): boolean {
  return !hostNetwork && !terminating && phase !== 'Succeeded' && phase !== 'Failed';
}

/** @returns the pod's addresses of one family. */
export function addressesOf(pod: Pod, family: Family): Address[] {
  return pod.ips.flatMap((ip) => {
    const address = parseAddress(ip);
    return address !== null && address.family === family ? [address] : [];
  });
}

function isNeighbour(known: Known, address: Address): boolean {
  const answer = routeTowards(known, address);
  if (answer.kind !== 'route' || answer.type !== 'unicast' || answer.gateway !== null) return false;
  return answer.device !== null && answer.device !== defaultInterface(known, address.family);
}

/** @returns the interface of the first default route; undefined where there is none, or routes were not captured. */
export function defaultInterface(known: Known, family: Family): string | undefined {
  const route = known.host.routes[family]?.find(
    ({ destination, type, usable }) => destination.mask === 0n && type === 'unicast' && usable,
  );
  return route?.nextHops[0]?.device ?? undefined;
}
