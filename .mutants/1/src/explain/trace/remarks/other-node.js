import { formatAddress } from '../../../net/address.js';
import { remark } from './context.js';
/** A pod of another node: its own node's rules rewrite a Service address before the packet is on the wire. */
export function otherNode(_, { client, target, trace }) {
    if (client.otherNode === null || target.via === null || target.via === 'nodePort')
        return [];
    const address = formatAddress(trace.packet.destination);
    const text = `${client.label} runs on ${client.otherNode}, whose own rules rewrite ${address} before the packet leaves it: this is what would happen to one that came here as it is (trace from a capture of ${client.otherNode}, or trace the endpoint's address here)`;
    return remark('client-on-other-node', 'none', text);
}
