import { allowsPartly, type NumberSet, onlyNumber, type PartlyKnown } from '../rules/value-set.ts';
import { type Unknown, unknown } from './answer.ts';
import type { PacketState } from './state.ts';

const ALL = 0xffffffff;

/** A mark of which nothing is known. */
export const NO_BITS: PartlyKnown = { bits: 0, known: 0 };

/** @returns what is known of the packet's mark. */
export function markBitsOf({ mark, markBits }: PacketState): PartlyKnown {
  return mark === null ? (markBits ?? NO_BITS) : { bits: mark, known: ALL };
}

/** @returns the state of a packet whose mark a rule wrote. What a branch answered of the mark before is no answer about this one. */
export function withMark(state: PacketState, made: PartlyKnown): PacketState {
  const written = found(state, made);
  return state.mark === null ? { ...written, markWrites: (state.markWrites ?? 0) + 1 } : written;
}

/** @returns `(old & ~mask) ^ value`. What the mask covers is known afterwards; a bit beside it that `value` turns stays as known as it was. */
export function xsetBits({ bits, known }: PartlyKnown, value: number, mask: number): PartlyKnown {
  return { bits: ((bits & ~mask) ^ value) >>> 0, known: (known | mask) >>> 0 };
}

/** @returns whether the mark is in the set; the answer of a branch tells it bits, which stay known where rules write others. */
export function askMark(state: PacketState, set: NumberSet): 'yes' | 'no' | Unknown {
  const bits = markBitsOf(state);
  const answer = allowsPartly(set, bits);
  if (answer !== null) return answer ? 'yes' : 'no';
  const { markWrites } = state;
  const question = {
    code: 'mark' as const,
    set,
    ...(markWrites === undefined ? {} : { writes: markWrites }),
  };
  return unknown(question, (asked, held) => found(asked, learnt(bits, set, held)));
}

function found(state: PacketState, { bits, known }: PartlyKnown): PacketState {
  return known >>> 0 === ALL
    ? { ...state, mark: bits >>> 0 }
    : { ...state, mark: null, markBits: { bits, known } };
}

/** One open bit is told by either answer; several only by the one that leaves no choice. */
function learnt(old: PartlyKnown, set: NumberSet, held: boolean): PartlyKnown {
  const isOne = (bits: number): boolean => (bits & (bits - 1)) === 0;
  switch (set.kind) {
    case 'ranges': {
      const only = held ? onlyNumber(set) : null;
      return only === null ? old : { bits: only, known: ALL };
    }
    case 'masked': {
      const open = (set.mask & ~old.known) >>> 0;
      return held || isOne(open) ? withBits(old, open, held ? set.value : ~set.value) : old;
    }
    case 'any-bit': {
      const open = (set.bits & ~old.known) >>> 0;
      return !held || isOne(open) ? withBits(old, open, held ? open : 0) : old;
    }
  }
}

function withBits({ bits, known }: PartlyKnown, open: number, value: number): PartlyKnown {
  return { bits: ((bits & ~open) | (value & open)) >>> 0, known: (known | open) >>> 0 };
}
