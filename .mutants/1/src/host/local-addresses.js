import { addressType } from './address-type.js';
import { routeTables } from './route-tables.js';
/**
 * Whether a packet to this address is for the node itself: an address of one of its links, 127.0.0.0/8, ::1, or what
 * routes of type `local` in the table `local` add (kube-ipvs0, AnyIP).
 * @returns null where the capture does not tell.
 */
export function isLocalAddress(host, address) {
    if (address.family === 'ipv4') {
        const answer = addressType(host, 'ipv4', address, null);
        return answer.kind === 'unknown' ? null : answer.types.includes('LOCAL');
    }
    if (address.value === 1n)
        return true;
    const { local } = routeTables(host, 'ipv6');
    if (local === null)
        return address.value >> 120n === 0xffn ? false : null;
    for (const { routes } of local.covering(address)) {
        const first = routes.find((route) => route.usable);
        if (first !== undefined)
            return first.type === 'local';
    }
    return false;
}
