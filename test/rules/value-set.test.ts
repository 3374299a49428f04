import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { test as testOf, turn } from '../../src/rules/test.ts';
import { allows, allowsPartly, askedBits, decidingBits, type NumberSet } from '../../src/rules/value-set.ts';

const word = fc.integer({ min: 0, max: 0xffffffff });
const number = fc.oneof(fc.integer({ min: 0, max: 15 }), word);
const set: fc.Arbitrary<NumberSet> = fc.oneof(
  fc.record({ kind: fc.constant('masked' as const), value: number, mask: number }),
  fc.record({ kind: fc.constant('any-bit' as const), bits: number }),
  fc
    .array(fc.tuple(number, number), { maxLength: 3 })
    .map((pairs) => ({ kind: 'ranges' as const, ranges: pairs.map(([from, to]) => ({ from, to })) })),
);

describe('Does a set allow a number', () => {
  it('of which some bits are not known? Only what all numbers with the known bits agree on is answered', () => {
    fc.assert(
      fc.property(set, number, number, number, (asked, bits, known, other) => {
        const answer = allowsPartly(asked, { bits, known });
        const twin = ((bits & known) | (other & ~known)) >>> 0;
        if (answer !== null) expect(allows(asked, twin)).toBe(answer);
      }),
    );
  });
  it('whose bits are all known? As of any number', () => {
    fc.assert(
      fc.property(set, number, (asked, bits) => {
        expect(allowsPartly(asked, { bits, known: 0xffffffff })).toBe(allows(asked, bits));
      }),
    );
  });
  it('as it allows every other that has the bits which decide', () => {
    fc.assert(
      fc.property(set, number, number, (asked, one, other) => {
        const deciding = decidingBits(asked, one);
        const kept = deciding === 0 ? askedBits(asked) : deciding & -deciding;
        const twin = ((one & kept) | (other & ~kept)) >>> 0;
        expect(allows(asked, twin)).toBe(allows(asked, one));
      }),
    );
  });
});

describe('What becomes of a test whose field the packet does not have?', () => {
  it.each([
    ['breaks', 'no', 'no'],
    ['differs', 'no', 'yes'],
    ['passes', 'yes', 'yes'],
  ] as const)('%s: %s, and negated %s', (absent, plain, negated) => {
    expect(turn('absent', testOf('ct.helper', 'ftp', false, absent))).toBe(plain);
    expect(turn('absent', testOf('ct.helper', 'ftp', true, absent))).toBe(negated);
  });
});
