import { directionOf, zoneOf } from '../conntrack/match-flow.js';
import { formatAddress, sameAddress } from '../net/address.js';
import { hasPorts } from '../net/protocol.js';
import { turned } from './branch.js';
import { withSource } from './written-ends.js';
/**
 * Answers must lead back to one connection. Where another flow gets the same answers already (two clients masqueraded
 * from the same port, a Service and its endpoint asked from one port, or the same packet in another conntrack zone), the
 * kernel takes another source port, even of a packet that no rule rewrites (get_unique_tuple, nf_nat_used_tuple,
 * net/netfilter/nf_nat_core.c).
 * @param branch a new connection whose source is decided, by a rule that leaves the kernel a choice or by none: one that
 *   does not (`--to-source :5000`) is taken at its word
 */
export function withFreePort(branch, world) {
    const { connection, sourcePort, protocol } = branch.state;
    if (connection === null || connection.fromCapture || connection.state !== 'NEW')
        return branch;
    if (sourcePort === null || !hasPorts(protocol))
        return branch;
    const holder = holderOf(branch.state, connection, world);
    if (holder === null)
        return branch;
    const { file, line } = holder;
    const rewrite = branch.state.sourceRewrite === 'none' ? 'snat' : branch.state.sourceRewrite;
    return turned(withSource(branch, branch.state.source, null, rewrite), 'nat', {
        fact: 'port-taken',
        file,
        line,
        port: sourcePort,
    });
}
/** @returns the flow that has this connection's answers; null where none of the capture does. */
function holderOf(state, connection, { flows }) {
    const { replySource: source, replySourcePort: sourcePort } = connection;
    const { replyDestination, replyDestinationPort: destinationPort } = connection;
    const { original, reply } = state.zones ?? { original: 0, reply: 0 };
    const destination = replyDestination.address;
    if (flows === null || destination === null || sourcePort === null || destinationPort === null)
        return null;
    if (original === null || reply === null)
        return null;
    const { protocol } = state;
    const query = {
        protocol,
        source,
        sourcePort,
        destination,
        destinationPort,
        zone: original,
        replyZone: reply,
    };
    for (const flow of flowsAt(flows, { protocol, destination, destinationPort })) {
        const direction = directionOf(flow, query);
        if (direction === null || (direction === 'original' && original !== reply))
            continue;
        if (!isSame(flow, connection, original))
            return flow;
    }
    return null;
}
/** The entry that this very connection replaces, or that another processor makes of it (nf_conntrack_tuple_taken). */
function isSame(flow, connection, zone) {
    const { source, sourcePort, destination, destinationPort } = flow.original;
    const client = connection.originalSource.address;
    return (client !== null &&
        sameAddress(source, client) &&
        sameAddress(destination, connection.originalDestination) &&
        sourcePort === connection.originalSourcePort &&
        destinationPort === connection.originalDestinationPort &&
        zoneOf(flow, 'original') === zone);
}
const KNOWN = new WeakMap();
/** A Service with 5,000 endpoints asks 5,000 times for the same end: the listing is searched once. */
function flowsAt(flows, query) {
    const known = KNOWN.get(flows) ?? new Map();
    KNOWN.set(flows, known);
    const key = `${query.protocol} ${formatAddress(query.destination)} ${query.destinationPort}`;
    const found = known.get(key) ?? flows.flowsAt(query);
    known.set(key, found);
    return found;
}
