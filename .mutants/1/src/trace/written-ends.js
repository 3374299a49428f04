import { sameAddress } from '../net/address.js';
import { changed } from './branch.js';
/** @returns the branch with its destination rewritten, in the packet and in what answers are expected to come from. */
export function withDestination(branch, address, port) {
    const { state } = branch;
    const { connection } = state;
    const same = sameAddress(address, state.destination) && port === state.destinationPort;
    return changed(branch, {
        destination: address,
        destinationPort: port,
        destinationLocal: sameAddress(address, state.destination) ? state.destinationLocal : null,
        connection: connection === null
            ? null
            : { ...connection, replySource: address, replySourcePort: port, dnat: connection.dnat || !same },
    });
}
/**
 * @param random the kernel chooses the port anew, whatever it was.
 * @returns the branch with its source rewritten. A rewrite to what the packet has already is none (nf_nat_setup_info).
 */
export function withSource(branch, sender, port, rewrite, random = false) {
    const { connection, source, sourcePort } = branch.state;
    const same = !random &&
        port === sourcePort &&
        sender.address !== null &&
        source.address !== null &&
        sameAddress(sender.address, source.address);
    return changed(branch, {
        source: sender,
        sourcePort: port,
        sourceRewrite: rewrite,
        connection: connection === null
            ? null
            : {
                ...connection,
                replyDestination: sender,
                replyDestinationPort: port,
                snat: connection.snat || !same,
            },
    });
}
