import type { MatchOf } from '../../iptables/match.ts';
import { rangeContains } from '../../net/range.ts';
import { type Answer, unknown, yesNo } from '../answer.ts';
import type { PacketState } from '../state.ts';
import type { MatchContext } from './context.ts';
import { rangeText } from './transport.ts';

/** `-m mark`: `(mark & mask) == value`, all 32 bits (net/netfilter/xt_mark.c). */
export function mark(match: MatchOf<'mark'>, { state }: MatchContext): Answer {
  if (state.mark !== null) return yesNo((state.mark & match.mask) >>> 0 === match.value >>> 0);
  const name = `0x${(match.value >>> 0).toString(16)}/0x${(match.mask >>> 0).toString(16)}`;
  return unknown(
    'mark',
    `mark ${name}`,
    { holds: `the packet's mark is ${name}`, fails: `the packet's mark is not ${name}` },
    'give --mark',
  );
}

/** `-m length`: how long the packet is depends on what it carries. */
export function length(match: MatchOf<'length'>, { state }: MatchContext): Answer {
  if (state.length !== null) return yesNo(rangeContains(match.bytes, state.length));
  const name = rangeText(match.bytes);
  return unknown(
    'length',
    `length ${name}`,
    { holds: `the packet is ${name} bytes long`, fails: `the packet is not ${name} bytes long` },
    null,
  );
}

/** `-m ttl`, `-m hl`. */
export function ttl(match: MatchOf<'ttl'>, { state }: MatchContext): Answer {
  if (state.ttl !== null) {
    const { value, operator } = match;
    return yesNo(
      operator === 'eq' ? state.ttl === value : operator === 'lt' ? state.ttl < value : state.ttl > value,
    );
  }
  const name = `${{ eq: 'equal to', lt: 'less than', gt: 'greater than' }[match.operator]} ${match.value}`;
  return unknown(
    'ttl',
    `ttl ${name}`,
    { holds: `the packet's hop limit is ${name}`, fails: `the packet's hop limit is not ${name}` },
    null,
  );
}

/** `-m dscp`. */
export function dscp(match: MatchOf<'dscp'>, { state }: MatchContext): Answer {
  const answer = tosAnswer(state, match.value << 2, 0xfc);
  if (answer !== null) return answer;
  const name = `0x${match.value.toString(16)}`;
  return unknown(
    'dscp',
    `dscp ${name}`,
    { holds: `the packet's DSCP is ${name}`, fails: `the packet's DSCP is not ${name}` },
    null,
  );
}

/** `-m tos`. */
export function tos(match: MatchOf<'tos'>, { state }: MatchContext): Answer {
  const answer = tosAnswer(state, match.value, match.mask);
  if (answer !== null) return answer;
  const name = `0x${match.value.toString(16)}/0x${match.mask.toString(16)}`;
  return unknown(
    'tos',
    `tos ${name}`,
    { holds: `the packet's TOS is ${name}`, fails: `the packet's TOS is not ${name}` },
    null,
  );
}

/** @returns null where a bit that the answer rests on is not known. */
function tosAnswer({ tos }: PacketState, value: number, mask: number): Answer | null {
  if (((tos.bits ^ value) & mask & tos.known) !== 0 || (value & ~mask) !== 0) return 'no';
  return (mask & ~tos.known) === 0 ? 'yes' : null;
}

/** `-m ecn`. */
export function ecn(match: MatchOf<'ecn'>): Answer {
  return unknown(
    'ecn',
    `ecn ${match.text}`,
    {
      holds: `the packet's ECN bits fit "${match.text}"`,
      fails: `the packet's ECN bits do not fit "${match.text}"`,
    },
    null,
  );
}
