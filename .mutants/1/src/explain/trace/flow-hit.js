import { parseAddress } from '../../net/address.js';
import { describeFlow } from '../flows/flow-item.js';
/**
 * The captured flow that a packet belongs to, as `conntrack` lists it. Its own nat decision holds for the packet, whatever the
 * rules say now.
 * @param source the packet's own source, as routing chose it; null: not one address
 * @returns null where no flow was found, or one that a new SYN replaces
 */
export function findFlowHit(packet, trace, source, known, join) {
    const decided = trace.outcomes.some(({ path }) => path.some(({ state }) => state.connection?.fromCapture === true));
    const turned = trace.outcomes.some(({ turns }) => turns.some(({ kind }) => kind === 'conntrack'));
    const address = source === null ? null : parseAddress(source);
    if (!decided && !turned)
        return null;
    if (known.flows === null || address === null)
        return null;
    const found = known.flows.findFlow({
        protocol: packet.protocol,
        source: address,
        sourcePort: packet.sourcePort,
        destination: packet.destination,
        destinationPort: packet.destinationPort,
    });
    if (found === null)
        return null;
    const { flow, direction } = found;
    if (flow.state === 'TIME_WAIT' || flow.state === 'CLOSE')
        return null;
    return { direction, item: describeFlow(flow, join) };
}
/** @returns the packet's state as conntrack sees it: an established flow's packet is not NEW, whatever was taken for granted. */
export function stateOf(packet, trace) {
    for (const { path } of trace.outcomes) {
        for (const { state } of path) {
            if (state.connection?.fromCapture === true)
                return state.connection.state;
        }
    }
    return packet.state;
}
