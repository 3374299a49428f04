import type { MatchOf } from '../../iptables/match.ts';
import { rangeContains } from '../../net/range.ts';
import { type Answer, unknown, yesNo } from '../answer.ts';
import type { PacketState } from '../state.ts';
import type { MatchContext } from './context.ts';

/** `-m mark`: `(mark & mask) == value`, all 32 bits (net/netfilter/xt_mark.c). */
export function mark(match: MatchOf<'mark'>, { state }: MatchContext): Answer {
  if (state.mark !== null) return yesNo((state.mark & match.mask) >>> 0 === match.value >>> 0);
  return unknown({ code: 'mark', value: match.value >>> 0, mask: match.mask >>> 0 });
}

/** `-m length`: how long the packet is depends on what it carries. */
export function length(match: MatchOf<'length'>, { state }: MatchContext): Answer {
  if (state.length !== null) return yesNo(rangeContains(match.bytes, state.length));
  return unknown({ code: 'length', bytes: match.bytes });
}

/** `-m ttl`, `-m hl`. */
export function ttl(match: MatchOf<'ttl'>, { state }: MatchContext): Answer {
  if (state.ttl !== null) {
    const { value, operator } = match;
    return yesNo(
      operator === 'eq' ? state.ttl === value : operator === 'lt' ? state.ttl < value : state.ttl > value,
    );
  }
  return unknown({ code: 'ttl', operator: match.operator, value: match.value });
}

/** `-m dscp`. */
export function dscp(match: MatchOf<'dscp'>, { state }: MatchContext): Answer {
  const answer = tosAnswer(state, match.value << 2, 0xfc);
  if (answer !== null) return answer;
  return unknown({ code: 'dscp', value: match.value });
}

/** `-m tos`. */
export function tos(match: MatchOf<'tos'>, { state }: MatchContext): Answer {
  const answer = tosAnswer(state, match.value, match.mask);
  if (answer !== null) return answer;
  return unknown({ code: 'tos', value: match.value, mask: match.mask });
}

/** @returns null where a bit that the answer rests on is not known. */
function tosAnswer({ tos }: PacketState, value: number, mask: number): Answer | null {
  if (((tos.bits ^ value) & mask & tos.known) !== 0 || (value & ~mask) !== 0) return 'no';
  return (mask & ~tos.known) === 0 ? 'yes' : null;
}

/** `-m ecn`. */
export function ecn(match: MatchOf<'ecn'>): Answer {
  return unknown({ code: 'ecn', text: match.text });
}
