import { Intervals } from '../../net/intervals.ts';
import { prefixIntervals } from '../../net/prefix-intervals.ts';
import { type AddressSet, allows, type NumberSet } from '../../rules/value-set.ts';

/** @returns the addresses of a set as ranges; null where a mask with holes has too many. */
export function addressIntervals(set: AddressSet): Intervals | null {
  if (set.kind === 'prefix') return prefixIntervals(set.prefix);
  return Intervals.of(set.ranges.map(({ from, to }): [bigint, bigint] => [from, to]));
}

const KNOWN = new WeakMap<NumberSet, Intervals>();

/** @returns the numbers of a set as ranges, of 16 bits: ports, and ICMP types with their codes. */
export function portIntervals(set: NumberSet): Intervals {
  let known = KNOWN.get(set);
  if (known === undefined) {
    known = Intervals.of(set.kind === 'ranges' ? set.ranges.map(bounds) : [...matching(set)].map(bounds));
    KNOWN.set(set, known);
  }
  return known;
}

function bounds({ from, to }: { readonly from: number; readonly to: number }): [bigint, bigint] {
  return [BigInt(from), BigInt(to)];
}

function* matching(set: NumberSet): Generator<{ readonly from: number; readonly to: number }> {
  let from: number | null = null;
  for (let number = 0; number <= 0x10000; number++) {
    const fits = number < 0x10000 && allows(set, number);
    if (fits) from ??= number;
    else if (from !== null) {
      yield { from, to: number - 1 };
      from = null;
    }
  }
}
