import type { Family } from '../../net/address.ts';
import { Intervals } from '../../net/intervals.ts';
import { prefixIntervals } from '../../net/prefix-intervals.ts';
import { fits, type Pattern, type Value } from '../../trace/nft/values.ts';
import { portIntervals } from '../space/set-intervals.ts';

/** What a rule of nft compares a field with. */
export type Compared =
  /** One of these. */
  | { readonly kind: 'patterns'; readonly patterns: readonly Pattern[] }
  /** `(field & mask) == value`. */
  | { readonly kind: 'masked'; readonly mask: bigint; readonly value: bigint }
  /** `(field & bits) != 0`. */
  | { readonly kind: 'any-bit'; readonly bits: bigint };

/** Nothing: whether the packet has the field at all is asked. */
export const PRESENCE: Compared = { kind: 'patterns', patterns: [] };

/** @returns the comparison with one pattern. */
export function comparedWith(...patterns: readonly Pattern[]): Compared {
  return { kind: 'patterns', patterns };
}

const KNOWN = new WeakMap<readonly Pattern[], Intervals>();

/** @returns the addresses that the comparison holds for; null where a mask with holes has too many ranges. */
export function addressesOf(compared: Compared, family: Family): Intervals | null {
  if (compared.kind === 'patterns') return numbersOf(compared.patterns);
  if (compared.kind === 'any-bit') return null;
  return prefixIntervals({ family, value: compared.value, mask: compared.mask });
}

/** @returns the numbers of 16 bits that the comparison holds for. */
export function shortsOf(compared: Compared): Intervals {
  switch (compared.kind) {
    case 'patterns':
      return numbersOf(compared.patterns);
    case 'masked':
      return portIntervals({
        kind: 'masked',
        value: Number(compared.value & 0xffffffffn),
        mask: Number(compared.mask & 0xffffffffn),
      });
    case 'any-bit':
      return portIntervals({ kind: 'any-bit', bits: Number(compared.bits & 0xffffffffn) });
  }
}

/** @returns whether the comparison holds for a number, or for a name. */
export function holdsFor(compared: Compared, value: Value): boolean {
  if (compared.kind === 'patterns') return compared.patterns.some((pattern) => fits(pattern, value));
  if (typeof value !== 'bigint') return false;
  return compared.kind === 'masked'
    ? (value & compared.mask) === compared.value
    : (value & compared.bits) !== 0n;
}

function numbersOf(patterns: readonly Pattern[]): Intervals {
  let known = KNOWN.get(patterns);
  if (known === undefined) {
    known = Intervals.of(
      patterns.flatMap((pattern): [bigint, bigint][] =>
        pattern.kind === 'range' ? [[pattern.from, pattern.to]] : [],
      ),
    );
    KNOWN.set(patterns, known);
  }
  return known;
}
