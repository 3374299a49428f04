import { formatAddress, parseAddress } from '../../net/address.js';
import { routeTowards } from './route-towards.js';
import { thisNodeName } from './this-node.js';
/**
 * Picks a pod of this node, the same one for the same capture, and if it can be one that is behind no Service. Without the
 * node's name the routes tell: pods of this node are neighbours behind an interface other than the default route's.
 * @returns null where the capture knows no pod that could be meant
 */
export function findSomePod(known, family) {
    const node = thisNodeName(known);
    const endpoints = new Set((known.cluster.endpoints ?? []).map(({ address }) => address));
    const candidates = (known.cluster.pods ?? [])
        .filter((pod) => isAlive(pod) && (node === null || pod.node === node))
        .flatMap((pod) => addressesOf(pod, family).map((address) => ({
        pod,
        address,
        name: `${pod.namespace}/${pod.name}`,
        here: node !== null || isNeighbour(known, address),
        endpoint: endpoints.has(formatAddress(address)),
    })))
        .sort((a, b) => Number(b.here) - Number(a.here) ||
        Number(a.endpoint) - Number(b.endpoint) ||
        (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    return candidates[0] ?? null;
}
function isAlive({ hostNetwork, terminating, phase }) {
    return !hostNetwork && !terminating && phase !== 'Succeeded' && phase !== 'Failed';
}
/** @returns the pod's addresses of one family. */
export function addressesOf(pod, family) {
    return pod.ips.flatMap((ip) => {
        const address = parseAddress(ip);
        return address !== null && address.family === family ? [address] : [];
    });
}
function isNeighbour(known, address) {
    const answer = routeTowards(known, address);
    if (answer.kind !== 'route' || answer.type !== 'unicast' || answer.gateway !== null)
        return false;
    return answer.device !== null && answer.device !== defaultInterface(known, address.family);
}
/** @returns the interface of the first default route; undefined where there is none, or routes were not captured. */
export function defaultInterface(known, family) {
    const route = known.host.routes[family]?.find(({ destination, type, usable }) => destination.mask === 0n && type === 'unicast' && usable);
    return route?.nextHops[0]?.device ?? undefined;
}
