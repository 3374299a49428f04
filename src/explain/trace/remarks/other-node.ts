import { formatAddress } from '../../../net/address.ts';
import type { Outcome } from '../../../trace/outcome.ts';
import type { Remark } from '../../trace-list.ts';
import { type RemarkContext, remark } from './context.ts';

/** A pod of another node: its own node's rules rewrite a Service address before the packet is on the wire. */
export function otherNode(_: Outcome, { client, target, trace }: RemarkContext): readonly Remark[] {
  if (client.otherNode === null || target.via === null || target.via === 'nodePort') return [];
  const address = formatAddress(trace.packet.destination);
  const text = `${client.label} runs on ${client.otherNode}, whose own rules rewrite ${address} before the packet leaves it: this is what would happen to one that came here as it is (trace from a capture of ${client.otherNode}, or trace the endpoint's address here)`;
  return remark('client-on-other-node', 'none', text);
}
