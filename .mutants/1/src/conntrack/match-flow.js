import { sameAddress } from '../net/address.js';
import { ICMP, ICMPV6 } from '../net/protocol.js';
/** @returns the direction of the flow in which the packet goes, or null where it is not the flow's. */
export function directionOf(flow, query) {
    if (flow.protocol !== query.protocol)
        return null;
    // Each direction of a flow has the zone that counts for it, and so has the packet's (nf_ct_key_equal).
    const { zone = 0, replyZone = zone } = query;
    // Of a connection of a port with itself both are the same, and the reply stands first (__nf_conntrack_hash_insert).
    if (zoneOf(flow, 'reply') === replyZone && isTuple(flow.reply, query))
        return 'reply';
    if (zoneOf(flow, 'original') === zone && isTuple(flow.original, query))
        return 'original';
    return null;
}
/** @returns true where the flow's original direction goes to this destination. */
export function goesTo(flow, query) {
    return (flow.protocol === query.protocol &&
        sameAddress(flow.original.destination, query.destination) &&
        (query.destinationPort === null || flow.original.destinationPort === query.destinationPort) &&
        (query.source === undefined || query.source === null || sameAddress(flow.original.source, query.source)));
}
/** @returns true where one of the flow's directions goes to this address and port. */
export function endsAt({ protocol, original, reply }, query) {
    return (protocol === query.protocol &&
        [original, reply].some(({ destination, destinationPort }) => sameAddress(destination, query.destination) && destinationPort === query.destinationPort));
}
/** @returns the zone that counts in one direction: one for both, one of its own, or the default zone 0. */
export function zoneOf(flow, direction) {
    return flow[direction].zone ?? flow.zone ?? 0;
}
function isTuple(tuple, query) {
    if (!sameAddress(tuple.source, query.source) || !sameAddress(tuple.destination, query.destination))
        return false;
    if (query.protocol === ICMP || query.protocol === ICMPV6) {
        const { icmp } = query;
        if (icmp === undefined || icmp === null || tuple.icmp === null)
            return false;
        return tuple.icmp.type === icmp.type && tuple.icmp.code === icmp.code && tuple.icmp.id === icmp.id;
    }
    return tuple.sourcePort === query.sourcePort && tuple.destinationPort === query.destinationPort;
}
