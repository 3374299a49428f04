import { sameAddress } from '../net/address.ts';
import { TCP } from '../net/protocol.ts';
import { type Branch, type Ending, turned } from './branch.ts';
import type { TraceContext } from './context.ts';
import { flowOf } from './flow-of.ts';
import { lookUp } from './look-up-route.ts';
import type { Exit } from './outcome.ts';
import { senderOf } from './packet.ts';
import type { Reason } from './reason.ts';
import { withDestination, withSource } from './written-ends.ts';

/** FIN and RST are left to the tables (nf_flow_state_check). */
const CLOSING = 0x05;

/**
 * A flow that a flow table has taken over skips every table of IP: its packets are rewritten and sent on where they come in
 * (nf_flow_offload_ip_hook, net/netfilter/nf_flow_table_ip.c). The listing marks it `[OFFLOAD]` or `[HW_OFFLOAD]`.
 * @returns null where the packet belongs to no such flow
 */
export function offloaded(branch: Branch, context: TraceContext): Ending | null {
  const { packet, world } = context;
  const flags = packet.header?.tcpFlags ?? 0;
  if (packet.protocol === TCP && (flags & CLOSING) !== 0) return null;
  const found = flowOf(branch, packet, world);
  if (found === null || !found.flow.status.some((word) => OFFLOADED.has(word))) return null;
  const { original, reply, file, line } = found.flow;
  const [to, as] =
    found.direction === 'original'
      ? [
          { address: reply.source, port: reply.sourcePort },
          { address: reply.destination, port: reply.destinationPort },
        ]
      : [
          { address: original.source, port: original.sourcePort },
          { address: original.destination, port: original.destinationPort },
        ];
  const { source, sourcePort } = branch.state;
  const moved = source.address === null || !sameAddress(source.address, as.address) || sourcePort !== as.port;
  const towards = withDestination(branch, to.address, to.port);
  const written = moved ? withSource(towards, senderOf(as.address), as.port, 'snat') : towards;
  const reason: Reason = { code: 'flow-offloaded', file, line };
  return {
    branch: turned(written, 'conntrack', { fact: 'ended', reason }),
    verdict: 'accept',
    reason,
    rejectWith: null,
    exit: exitTowards(written, context),
  };
}

const OFFLOADED: ReadonlySet<string> = new Set(['OFFLOAD', 'HW_OFFLOAD']);

function exitTowards(branch: Branch, context: TraceContext): Exit | null {
  const answer = lookUp(branch, context, branch.state.source.address, branch.state.inInterface ?? null);
  return answer.kind === 'route' && answer.device !== null
    ? { kind: 'interface', name: answer.device, nextHop: answer.gateway }
    : null;
}
