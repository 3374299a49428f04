import { UDP, UDPLITE } from '../../net/protocol.ts';
import type { Trace } from '../../trace/outcome.ts';
import type { Note } from '../explanation.ts';
import type { Known } from '../question/question.ts';

/**
 * Where conntrack was not captured: an entry that is there already decides where its packets go, whatever the rules say now
 * (nf_nat_inet_fn, net/netfilter/nf_nat_core.c). A TCP client takes a port of which there is none; one of UDP keeps its own,
 * and so does whoever asks by a port.
 * @returns what is taken for granted then
 */
export function flowsAbsent(known: Known, { packet, outcomes }: Trace): Note[] {
  const mayBeOld = packet.sourcePort !== null || packet.protocol === UDP || packet.protocol === UDPLITE;
  if (known.flows !== null || packet.state !== 'NEW' || !mayBeOld) return [];
  if (!outcomes.some(({ path }) => path.some(({ state }) => state.connection !== null))) return [];
  const text =
    'the flow is taken to be new: one that conntrack holds goes where it went before, whatever the rules say now';
  return [{ code: 'flows-not-captured', text, settle: 'capture `conntrack -L`' }];
}
