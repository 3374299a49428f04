import { lengthOfMask } from '../net/prefix.js';
import { findRoute } from './find-route.js';
import { ipv6Class } from './ipv6-address-class.js';
import { isProvenOwn } from './proven-own.js';
import { routeTables } from './route-tables.js';
import { lookUp } from './table-lookup.js';
/**
 * The type of an address for `-m addrtype` (net/netfilter/xt_addrtype.c).
 * @param device the interface that `--limit-iface-in` or `--limit-iface-out` names for this packet; null without them.
 */
export function addressType(host, family, address, device) {
    if (address.family !== family)
        return unknown({ code: 'family' });
    return family === 'ipv4' ? typeOfIpv4(host, address, device) : typesOfIpv6(host, address, device);
}
/**
 * @param types as the rule lists them. For IPv6 UNICAST, MULTICAST and UNSPEC must each hold, and then one of LOCAL,
 * ANYCAST and UNREACHABLE if any of these is listed (`match_type6`).
 * @returns whether the match holds, before its negation.
 */
export function matchesAddressType(host, family, address, types, device) {
    if (address.family !== family)
        return 'unknown';
    if (family === 'ipv4') {
        const answer = typeOfIpv4(host, address, device);
        if (answer.kind === 'unknown')
            return 'unknown';
        return answer.types.some((type) => types.includes(type)) ? 'yes' : 'no';
    }
    const { unicast, multicast, unspecified } = ipv6Class(address.value);
    if (types.includes('MULTICAST') && !multicast)
        return 'no';
    if (types.includes('UNICAST') && !unicast)
        return 'no';
    if (types.includes('UNSPEC') && !unspecified)
        return 'no';
    if (!types.some((type) => type === 'LOCAL' || type === 'ANYCAST' || type === 'UNREACHABLE'))
        return 'yes';
    const routed = routedTypes(host, address, device);
    if (routed.kind === 'unknown')
        return 'unknown';
    return routed.types.some((type) => types.includes(type)) ? 'yes' : 'no';
}
/** `__inet_dev_addr_type` (net/ipv4/fib_frontend.c): the table `local` alone decides; what it lacks is unicast. */
function typeOfIpv4(host, address, device) {
    const { value } = address;
    // Since 5.3 only 0.0.0.0 itself is special, not all of 0.0.0.0/8.
    if (value === 0n || value === 0xffffffffn)
        return one('BROADCAST');
    if (value >> 28n === 0xen)
        return one('MULTICAST');
    const tables = routeTables(host, 'ipv4');
    if (tables.local === null) {
        if (value >> 24n === 127n)
            return one(device === null || device === 'lo' ? 'LOCAL' : 'UNICAST');
        if (isProvenOwn(host, address))
            return one('LOCAL');
        return unknown({ code: 'addresses-not-captured', address });
    }
    const parted = typeInTable(tables.local, address, device);
    const shared = tables.merged === null ? parted : typeInTable(tables.merged, address, device);
    if (parted === shared)
        return one(parted);
    return unknown({ code: 'local-table-merged', address });
}
function typeInTable(table, address, device) {
    const result = lookUp(table, plainQuery(address, null));
    if (result.kind !== 'found' || result.answer.kind !== 'route')
        return 'UNICAST';
    const { type, route } = result.answer;
    if (device !== null && route?.nextHops[0]?.device !== device)
        return 'UNICAST';
    return IPV4_TYPES[type];
}
const IPV4_TYPES = {
    unicast: 'UNICAST',
    local: 'LOCAL',
    broadcast: 'BROADCAST',
    multicast: 'MULTICAST',
    anycast: 'ANYCAST',
};
function typesOfIpv6(host, address, device) {
    const { unicast, multicast, unspecified } = ipv6Class(address.value);
    const routed = routedTypes(host, address, device);
    if (routed.kind === 'unknown')
        return routed;
    const types = [];
    if (unspecified)
        types.push('UNSPEC');
    if (unicast)
        types.push('UNICAST');
    if (multicast)
        types.push('MULTICAST');
    return { kind: 'types', types: [...types, ...routed.types] };
}
/** `match_lookup_rt6`: asks routing as for a packet of the node itself. */
function routedTypes(host, address, device) {
    const answer = findRoute(host, plainQuery(address, device));
    if (answer.kind === 'unknown')
        return answer;
    if (answer.kind !== 'route')
        return one('UNREACHABLE');
    const types = [];
    if (device === null) {
        if (answer.type === 'local')
            types.push('LOCAL');
    }
    else {
        if (host.links === null) {
            return unknown({ code: 'addresses-not-captured', address: null });
        }
        const link = host.links.find((candidate) => candidate.name === device);
        const own = link?.addresses.some((entry) => entry.address.family === 'ipv6' && entry.address.value === address.value && entry.tentative !== true);
        if (own === true)
            types.push('LOCAL');
    }
    if (isAnycast(answer, address))
        types.push('ANYCAST');
    return { kind: 'types', types };
}
/** `ipv6_anycast_destination`: also the all-zero host address of a network on the link, on any node. */
function isAnycast(answer, address) {
    if (answer.kind !== 'route')
        return false;
    if (answer.type === 'anycast')
        return true;
    const { route } = answer;
    if (route === null || answer.gateway !== null || route.destination.value !== address.value)
        return false;
    return (lengthOfMask('ipv6', route.destination.mask) ?? 128) < 127;
}
function plainQuery(address, outInterface) {
    return {
        family: address.family,
        destination: address,
        source: { family: address.family, value: 0n },
        mark: 0,
        inInterface: 'lo',
        outInterface,
        protocol: 0,
        sourcePort: 0,
        destinationPort: 0,
        uid: 0,
        tos: 0,
    };
}
function one(type) {
    return { kind: 'types', types: [type] };
}
function unknown(why) {
    return { kind: 'unknown', why };
}
