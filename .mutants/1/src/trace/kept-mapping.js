import { zoneOf } from '../conntrack/match-flow.js';
import { formatAddress, sameAddress } from '../net/address.js';
import { rangeContains } from '../net/range.js';
/**
 * A client's port that conntrack has mapped keeps its mapping towards further servers, where the rule's range holds it
 * (find_appropriate_src and same_src, net/netfilter/nf_nat_core.c).
 * @param connection of the packet, before its source is rewritten
 * @returns the source that flows of the same client and port have; several where several do: the kernel takes the one that
 * its list has first. None where there is no such flow, or the client's port is not known.
 */
export function keptSources(connection, protocol, zone, range, flows) {
    const client = connection.replyDestination.address;
    const port = connection.replyDestinationPort;
    if (client === null || port === null)
        return [];
    const kept = new Map();
    for (const flow of flowsFrom(flows, protocol, client, port)) {
        const { destination: address, destinationPort } = flow.reply;
        if (zoneOf(flow, 'original') !== zone || !holds(range, address, destinationPort))
            continue;
        kept.set(`${formatAddress(address)} ${destinationPort}`, { address, port: destinationPort });
    }
    return [...kept.values()];
}
/** `nf_in_range`. */
function holds({ from, to, ports }, { value }, port) {
    if (from !== null && (value < from || value > (to ?? from)))
        return false;
    return ports === null || (port !== null && rangeContains(ports, port));
}
const KNOWN = new WeakMap();
/** A Service with 5,000 endpoints asks 5,000 times for the same client: the listing is searched once. */
function flowsFrom(flows, protocol, client, port) {
    const known = KNOWN.get(flows) ?? new Map();
    KNOWN.set(flows, known);
    const key = `${protocol} ${formatAddress(client)} ${port}`;
    const found = known.get(key);
    if (found !== undefined)
        return found;
    const list = [];
    for (const flow of flows.all()) {
        const { source, sourcePort } = flow.original;
        if (flow.protocol === protocol && sourcePort === port && sameAddress(source, client))
            list.push(flow);
    }
    known.set(key, list);
    return list;
}
