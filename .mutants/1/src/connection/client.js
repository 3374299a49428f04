import { parseAddress } from '../net/address.js';
import { prefixContains } from '../net/prefix.js';
import { portOrSome } from '../trace/opened-flow.js';
/**
 * @param view the node that the first packet was traced through, with one of its outcomes
 * @returns null where no address can stand for the sender
 */
export function clientOf(view, packet, outcome) {
    const { connection, source } = outcome.end;
    const sender = connection?.originalSource ?? outcome.path[0]?.state.source ?? source;
    const address = packet.source.address ?? sender.address ?? standIn(sender, packet.family);
    if (address === null)
        return null;
    return {
        processOf: packet.entersAt === 'OUTPUT' ? view : null,
        address,
        port: portOrSome(packet.sourcePort, packet.protocol),
        asked: {
            address: connection?.originalDestination ?? packet.destination,
            port: connection === null ? packet.destinationPort : connection.originalDestinationPort,
        },
    };
}
/** Addresses kept for examples, which no network has (RFC 5737, RFC 3849). */
const EXAMPLES = {
    ipv4: ['198.51.100.7', '203.0.113.7', '192.0.2.7'],
    ipv6: ['2001:db8:ffff:ffff::7', '2001:db8:0:ffff::7'],
};
/** @returns an address of which all is true that is known of the sender; null where none was found. */
function standIn(sender, family) {
    // A packet of the node itself, and a pod of it of which nothing is known, have an address that matters.
    if (sender.local !== false && sender.within.length === 0)
        return null;
    const inside = sender.within.map(({ value }) => ({ family, value: value | 7n }));
    const examples = EXAMPLES[family].flatMap((text) => parseAddress(text) ?? []);
    const fits = (address) => sender.within.every((prefix) => prefixContains(prefix, address)) &&
        !sender.outside.some((prefix) => prefixContains(prefix, address));
    return [...inside, ...examples].find(fits) ?? null;
}
