import { type NumberSet, onlyNumber, type PartlyKnown } from '../rules/value-set.ts';

/**
 * Fields that rules and routing write, and that a capture may leave open; `header`: all others of headers. What else nft writes is as nft
 * spells it. `bytes`: any of the headers, also one that is known. A bucket is written by what it lets through.
 */
export type Written =
  | 'mark'
  | 'tos'
  | 'ttl'
  | 'length'
  | 'header'
  | 'bytes'
  | 'label'
  | `nft ${string}`
  | `bucket ${string}`;

/** How often each was written since it was not known as a whole; absent: it was known all the time, or left alone. */
export type Writes = Readonly<Partial<Record<Written, number>>>;

/** What counts its writes: a packet, a connection. */
interface Counting {
  readonly writes: Writes | undefined;
}

/**
 * @param known whether it was known as a whole just before
 * @returns the same after a field was written: what a branch answered of it before is no answer about what it is now.
 */
export function written<C extends Counting>(of: C, field: Written, known = false): C {
  const counted = OF_HEADERS.has(field) ? once(of, 'bytes') : of;
  return known && of.writes?.[field] === undefined ? counted : once(counted, field);
}

const OF_HEADERS: ReadonlySet<Written> = new Set(['tos', 'ttl', 'length', 'header']);

function once<C extends Counting>(of: C, field: Written): C {
  return { ...of, writes: counting(of, field, writesOf(of, field) + 1) };
}

/** @returns the same after an answer told a field: a write to it counts from there, also where it is known now. */
export function toldBy<C extends Counting>(of: C, field: Written): C {
  return { ...of, writes: counting(of, field, writesOf(of, field)) };
}

/** Not spread: V8 gives each copy that a field is added to a shape of its own. */
function counting({ writes }: Counting, field: Written, count: number): Writes {
  return Object.assign({}, writes, { [field]: count });
}

/** @returns how often a field was written since it was not known. */
export function writesOf({ writes }: Counting, field: Written): number {
  return writes?.[field] ?? 0;
}

/** @returns true where nothing wrote the field between two times. */
export function isSameWrite(a: Counting, b: Counting, field: Written): boolean {
  return writesOf(a, field) === writesOf(b, field);
}

/** @returns what tells a question about a field from the same one asked before it was written. */
export function asWritten(of: Counting, field: Written): { readonly writes?: number } {
  const writes = writesOf(of, field);
  return writes === 0 ? {} : { writes };
}

/**
 * @param held whether the number is in the set
 * @returns what is known of it from there. One open bit is told by either answer, several only by the one that leaves no choice.
 */
export function learnt(old: PartlyKnown, set: NumberSet, held: boolean): PartlyKnown {
  const isOne = (bits: number): boolean => (bits & (bits - 1)) === 0;
  switch (set.kind) {
    case 'ranges': {
      const only = held ? onlyNumber(set) : null;
      return only === null ? old : { bits: only, known: 0xffffffff };
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
