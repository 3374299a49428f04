import type { Host } from '../host/facts.ts';
import { sysctlNumber } from '../host/sysctl.ts';
import type { Packet } from './packet.ts';
import { markBitsOf } from './packet-mark.ts';
import type { PacketState } from './state.ts';

/** What an answer carries as its mark. */
export type ReplyMark = Pick<Packet, 'mark' | 'markBits'>;

/** What most answers carry. */
export const UNMARKED: ReplyMark = { mark: 0 };

/**
 * @param state what is answered, where it is @param sysctl by which the answer keeps its mark
 * @returns the marks that the answer may have: of several, the sysctl would tell which, and was not captured
 */
export function replyMarks(state: PacketState, sysctl: string, host: Host): readonly ReplyMark[] {
  if (state.mark === 0) return [UNMARKED];
  const value = sysctlNumber(host, sysctl);
  if (value === null) return [UNMARKED, keptMark(state)];
  return [value === 0 ? UNMARKED : keptMark(state)];
}

function keptMark(state: PacketState): ReplyMark {
  if (state.mark !== null) return { mark: state.mark };
  const markBits = markBitsOf(state);
  return { mark: markBits.bits, markBits };
}
