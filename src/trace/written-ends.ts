import { type Address, sameAddress } from '../net/address.ts';
import { type Branch, changed } from './branch.ts';
import type { Sender } from './packet.ts';
import type { PacketState } from './state.ts';

/**
 * @returns the packet with the ends by which nat knows its connection: it hears nothing of what a rule wrote into the header
 * behind connection tracking (nf_nat_setup_info inverts the tuple of the answers)
 */
export function asTracked(state: PacketState): PacketState {
  const { connection } = state;
  if (connection === null || connection.quoted || connection.direction !== 'ORIGINAL') return state;
  const { replyDestination, replyDestinationPort, replySource, replySourcePort } = connection;
  return {
    ...state,
    source: replyDestination.address === null ? state.source : replyDestination,
    sourcePort: replyDestinationPort ?? state.sourcePort,
    destination: replySource,
    destinationPort: replySourcePort ?? state.destinationPort,
  };
}

/**
 * @returns the branch with its destination rewritten, in the packet and in what answers are expected to come from. Where that
 * is what the connection has already, the header stays as it is, too (nf_nat_packet).
 */
export function withDestination(branch: Branch, address: Address, port: number | null): Branch {
  const { state } = branch;
  const { connection } = state;
  const tracked = asTracked(state);
  const same = sameAddress(address, tracked.destination) && port === tracked.destinationPort;
  const header = {
    destination: address,
    destinationPort: port,
    destinationLocal: sameAddress(address, state.destination) ? state.destinationLocal : null,
  };
  return changed(branch, {
    connection:
      connection === null
        ? null
        : { ...connection, replySource: address, replySourcePort: port, dnat: connection.dnat || !same },
    ...(same && connection?.dnat !== true ? {} : header),
  });
}

/**
 * @param random the kernel chooses the port anew, whatever it was.
 * @returns the branch with its source rewritten. A rewrite to what the packet has already is none (nf_nat_setup_info).
 */
export function withSource(
  branch: Branch,
  sender: Sender,
  port: number | null,
  rewrite: 'masquerade' | 'snat',
  random = false,
): Branch {
  const { connection } = branch.state;
  const { source, sourcePort } = asTracked(branch.state);
  const same =
    !random &&
    port === sourcePort &&
    sender.address !== null &&
    source.address !== null &&
    sameAddress(sender.address, source.address);
  return changed(branch, {
    sourceRewrite: rewrite,
    connection:
      connection === null
        ? null
        : {
            ...connection,
            replyDestination: sender,
            replyDestinationPort: port,
            snat: connection.snat || !same,
          },
    ...(same && connection?.snat !== true ? {} : { source: sender, sourcePort: port }),
  });
}
