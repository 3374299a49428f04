import { formatAddress, parseAddress } from '../../net/address.js';
import { isOver, isStale } from '../flows/diagnose-flow.js';
/**
 * Counts the live flows to the packet's destination, of its client where that is one address: they go where
 * conntrack remembers, and the rules are not asked for them.
 * @param source the packet's own source, as routing chose it; null: whoever the client
 * @returns null where conntrack was not captured
 */
export function summariseFlows(packet, source, known, join) {
    if (known.flows === null)
        return null;
    const flows = known.flows
        .flowsTo({
        protocol: packet.protocol,
        destination: packet.destination,
        destinationPort: packet.destinationPort,
        source: source === null ? null : parseAddress(source),
    })
        .filter((flow) => !isOver(flow));
    const groups = new Map();
    for (const { reply, original, protocol } of flows) {
        const address = formatAddress(reply.source);
        const key = `${address} ${reply.sourcePort}`;
        const group = groups.get(key) ?? {
            address,
            port: reply.sourcePort,
            to: reply.source,
            count: 0,
            stale: 0,
        };
        group.count++;
        const place = join.place(protocol, original.destination, original.destinationPort);
        const { verdict } = join.stand(place, original.source, reply.source, reply.sourcePort);
        if (verdict !== null && isStale({ protocol }, verdict))
            group.stale++;
        groups.set(key, group);
    }
    const to = [...groups.values()].sort((a, b) => b.count - a.count || (a.address < b.address ? -1 : 1));
    return {
        total: flows.length,
        to: to.map(({ to: place, ...group }) => ({ ...group, endpoint: join.endpoint(place, group.port) })),
    };
}
