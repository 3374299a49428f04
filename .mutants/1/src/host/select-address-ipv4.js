import { maskOfLength } from '../net/prefix.js';
import { interfaceSwitch } from './sysctl.js';
/** Scopes by number, as in include/uapi/linux/rtnetlink.h: the smaller, the farther an address is good for. */
export const SCOPE_UNIVERSE = 0;
export const SCOPE_LINK = 253;
export const SCOPE_HOST = 254;
/**
 * `inet_select_addr` (net/ipv4/devinet.c): the device's first primary address of the scope or wider, one in the
 * network of `towards` before others; where the device has none, the first such address of any device, in the order
 * of their index.
 * @param towards next hop whose network is preferred; null for none.
 * @returns the address, or null where the links were not captured or no address will do.
 */
export function selectAddressIpv4(host, device, towards, scope) {
    const { links } = host;
    if (links === null)
        return null;
    const link = links.find((candidate) => candidate.name === device);
    if (link === undefined)
        return null;
    // A device that routes 127.0.0.0/8 lends its host-scope addresses to destinations on its own link.
    const limit = interfaceSwitch(host, 'ipv4', 'route_localnet', device, 'or') === 1 ? SCOPE_LINK : SCOPE_HOST;
    let first = null;
    for (const entry of primaries(link)) {
        if (Math.min(scopeNumber(entry.scope), limit) > scope)
            continue;
        if (towards === null || inNetwork(entry, towards))
            return entry.address;
        first ??= entry.address;
    }
    return first ?? anyAddress(links, scope);
}
function anyAddress(links, scope) {
    for (const link of [...links].sort((a, b) => a.index - b.index)) {
        for (const entry of primaries(link)) {
            const own = scopeNumber(entry.scope);
            if (own !== SCOPE_LINK && own <= scope)
                return entry.address;
        }
    }
    return null;
}
function primaries(link) {
    return link.addresses.filter((entry) => entry.address.family === 'ipv4' && !entry.secondary);
}
/** The network belongs to the peer's address where there is one (`inet_ifa_match`). */
function inNetwork(entry, address) {
    if (address.family !== 'ipv4')
        return false;
    const mask = maskOfLength('ipv4', entry.prefixLength);
    return (address.value & mask) === ((entry.peer?.value ?? entry.address.value) & mask);
}
/** @returns the scope as a number; null and names of the node's own rt_scopes count as universe, which `ip` leaves out. */
export function scopeNumber(scope) {
    if (scope === null)
        return SCOPE_UNIVERSE;
    if (/^\d+$/.test(scope))
        return Number(scope);
    return { global: 0, universe: 0, site: 200, link: SCOPE_LINK, host: SCOPE_HOST, nowhere: 255 }[scope] ?? 0;
}
