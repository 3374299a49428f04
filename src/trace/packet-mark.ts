import { allowsPartly, type NumberSet, type PartlyKnown } from '../rules/value-set.ts';
import { type Unknown, unknown } from './answer.ts';
import type { Connection, PacketState } from './state.ts';
import { asWritten, isSameWrite, learnt, toldBy, written } from './writes.ts';

const ALL = 0xffffffff;

/** A mark of which nothing is known. */
export const NO_BITS: PartlyKnown = { bits: 0, known: 0 };

/** What has a mark: a packet, a connection. */
type Marked = Pick<PacketState, 'mark' | 'markBits' | 'writes'>;

/** @returns what is known of a mark. */
export function markBitsOf({ mark, markBits }: Marked): PartlyKnown {
  return mark === null ? (markBits ?? NO_BITS) : { bits: mark, known: ALL };
}

/** @returns what a rule wrote the mark of. What a branch answered of the mark before is no answer about this one. */
export function withMark<M extends Marked>(of: M, made: PartlyKnown): M {
  return written(found(of, made), 'mark', of.mark !== null);
}

/** @returns `(old & ~mask) ^ value`. What the mask covers is known afterwards; a bit beside it that `value` turns stays as known as it was. */
export function xsetBits({ bits, known }: PartlyKnown, value: number, mask: number): PartlyKnown {
  return { bits: ((bits & ~mask) ^ value) >>> 0, known: (known | mask) >>> 0 };
}

/** @returns `(old & ~mask) ^ (from & fromMask)`, as marks are saved and restored. */
export function mixedBits(
  old: PartlyKnown,
  from: PartlyKnown,
  { fromMask, mask }: { readonly fromMask: number; readonly mask: number },
): PartlyKnown {
  const { bits, known } = xsetBits(old, from.bits & fromMask, mask);
  return { bits, known: (known & (from.known | ~fromMask)) >>> 0 };
}

/** @returns whether the packet's mark is in the set; the answer of a branch tells it bits, which stay known where rules write others. */
export function askMark(state: PacketState, set: NumberSet): 'yes' | 'no' | Unknown {
  return ask('mark', state, set, (asked, learn) => learn(asked));
}

/** The same of a connection's mark; `connection` may be a template, of which no answer is kept. */
export function askConnectionMark(connection: Connection, set: NumberSet): 'yes' | 'no' | Unknown {
  return ask('connmark', connection, set, (asked, learn) =>
    asked.connection === null ? asked : { ...asked, connection: learn(asked.connection) },
  );
}

function ask(
  code: 'mark' | 'connmark',
  marked: Marked,
  set: NumberSet,
  change: (asked: PacketState, learn: <M extends Marked>(of: M) => M) => PacketState,
): 'yes' | 'no' | Unknown {
  const bits = markBitsOf(marked);
  const answer = allowsPartly(set, bits);
  if (answer !== null) return answer ? 'yes' : 'no';
  return unknown({ code, set, ...asWritten(marked, 'mark') }, (asked, held) =>
    change(asked, (of) =>
      of.mark === null && isSameWrite(of, marked, 'mark')
        ? toldBy(found(of, learnt(markBitsOf(of), set, held)), 'mark')
        : of,
    ),
  );
}

function found<M extends Marked>(of: M, { bits, known }: PartlyKnown): M {
  return known >>> 0 === ALL ? { ...of, mark: bits >>> 0 } : { ...of, mark: null, markBits: { bits, known } };
}
