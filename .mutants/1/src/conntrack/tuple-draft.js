import { parseAddress } from '../net/address.js';
import { ICMP, ICMPV6, TCP, UDP } from '../net/protocol.js';
/** A flow table names few addresses many times; reading each once makes a million lines affordable. */
const addresses = new Map();
const ADDRESSES_KEPT = 50_000;
/** @returns a tuple about which nothing has been read yet. */
export function emptyTuple() {
    return {
        source: null,
        destination: null,
        sourcePort: null,
        destinationPort: null,
        icmpType: null,
        icmpCode: null,
        icmpId: null,
        packets: null,
        bytes: null,
        zone: null,
    };
}
/** @returns the tuple, or null where an address is missing, or a port of TCP or UDP. */
export function finishTuple(draft, protocol) {
    const { source, destination, sourcePort, destinationPort, icmpType, icmpCode, icmpId } = draft;
    if (source === null || destination === null || source.family !== destination.family)
        return null;
    const hasBothPorts = sourcePort !== null && destinationPort !== null;
    if ((protocol === TCP || protocol === UDP) && !hasBothPorts)
        return null;
    const isIcmp = protocol === ICMP || protocol === ICMPV6;
    return {
        source,
        destination,
        sourcePort: isIcmp ? null : sourcePort,
        destinationPort: isIcmp ? null : destinationPort,
        icmp: isIcmp && icmpType !== null && icmpCode !== null && icmpId !== null
            ? { type: icmpType, code: icmpCode, id: icmpId }
            : null,
        packets: draft.packets,
        bytes: draft.bytes,
        ...(draft.zone === null ? {} : { zone: draft.zone }),
    };
}
/** @returns true where both directions hold the same kinds of fields: a cut line lacks the ports of its reply. */
export function agree(original, reply) {
    return (original.source.family === reply.source.family &&
        (original.sourcePort === null) === (reply.sourcePort === null) &&
        (original.destinationPort === null) === (reply.destinationPort === null) &&
        (original.sourcePort === null) === (original.destinationPort === null) &&
        (original.icmp === null) === (reply.icmp === null));
}
/** @returns the address this text spells, from a bounded store of those seen before; null where it is none. */
export function addressOf(text) {
    const known = addresses.get(text);
    if (known !== undefined)
        return known;
    const parsed = parseAddress(text);
    if (addresses.size >= ADDRESSES_KEPT)
        addresses.clear();
    if (text.length <= 45)
        addresses.set(text, parsed);
    return parsed;
}
/** @returns a decimal (or `0x…`) number that is not negative and exact enough to show, or null. */
export function parseCount(text) {
    return /^(?:\d{1,20}|0x[0-9a-fA-F]{1,13})$/.test(text) ? Number(text) : null;
}
/** @returns a port from 0 to 65535, or null. */
export function parsePort(text) {
    const port = parseCount(text);
    return port === null || port > 65535 ? null : port;
}
