import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Box, disjoint, intersect, subtract } from '../../src/diff/space/box.ts';
import { Cubes } from '../../src/diff/space/cubes.ts';
import { Intervals } from '../../src/net/intervals.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { prefixIntervals } from '../../src/net/prefix-intervals.ts';

const numbers = fc.array(fc.tuple(fc.bigInt(0n, 20n), fc.bigInt(0n, 4n)), { maxLength: 5 });
const sets = numbers.map((list) => Intervals.of(list.map(([from, length]) => [from, from + length])));
const members = (set: Intervals): bigint[] =>
  Array.from({ length: 26 }, (_, at) => BigInt(at)).filter((value) => set.has(value));

describe('Are ranges sets?', () => {
  it('intersection and difference hold what they should', () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        expect(members(a.and(b))).toEqual(members(a).filter((value) => b.has(value)));
        expect(members(a.without(b))).toEqual(members(a).filter((value) => !b.has(value)));
        expect(a.without(b).equals(a.without(a.and(b)))).toBe(true);
      }),
    );
  });

  it.each([
    ['10.0.0.0/31', '167772160,167772161'],
    ['0.0.0.0/0', '0,4294967295'],
    ['10.0.0.0/255.255.255.254', '167772160,167772161'],
    ['10.0.0.1/255.255.253.255', '167772161,167772161,167772673,167772673'],
  ])('the addresses of %s', (text, bounds) => {
    const prefix = parsePrefix(text);
    if (prefix === null) throw new Error(text);
    expect(prefixIntervals(prefix)?.bounds.join()).toBe(bounds);
  });

  it('a mask with many holes has too many ranges to list', () => {
    const prefix = parsePrefix('10.0.0.1/0.0.0.255');
    if (prefix === null) throw new Error('prefix');
    expect(prefixIntervals(prefix)).toBeNull();
  });
});

/** Sets of the eight patterns of three bits; the others are fixed, so that they can be counted. */
const cubes = fc
  .tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 }))
  .map(([mask, value]) => Cubes.where(mask | ~7, value & 7));
const cubeSets = fc
  .array(fc.tuple(cubes, fc.boolean()), { maxLength: 4 })
  .map((list) => list.reduce((set, [each, add]) => (add ? set.or(each) : set.without(each)), Cubes.EMPTY));
const patternsIn = (set: Cubes): number[] => [0, 1, 2, 3, 4, 5, 6, 7].filter((value) => set.has(value));

describe('Are bit patterns sets?', () => {
  it('intersection, union and difference hold what they should', () => {
    fc.assert(
      fc.property(cubeSets, cubeSets, (a, b) => {
        expect(patternsIn(a.and(b))).toEqual(patternsIn(a).filter((value) => b.has(value)));
        expect(patternsIn(a.without(b))).toEqual(patternsIn(a).filter((value) => !b.has(value)));
        expect(patternsIn(a.or(b)).length).toBe(new Set([...patternsIn(a), ...patternsIn(b)]).size);
        expect(a.without(b).isEmpty).toBe(patternsIn(a).every((value) => b.has(value)));
      }),
    );
  });

  it('one mark of 2^32 left out leaves a pattern for each bit', () => {
    const rest = Cubes.ALL.without(Cubes.one(0x4000));
    expect([rest.cubes.length, rest.has(0x4000), rest.has(0xffffffff), rest.has(0)]).toEqual([
      32,
      false,
      true,
      true,
    ]);
  });
});

describe('Are boxes sets?', () => {
  const ranges = sets.filter((set) => !set.isEmpty);
  const bitSet = fc.bigInt({ min: 1n, max: 7n });
  const patterns = cubeSets.filter((set) => !set.isEmpty);
  const boxes: fc.Arbitrary<Box> = fc.record({
    ...{ destination: ranges, destinationPort: ranges, source: ranges, sourcePort: ranges },
    ...{
      protocols: bitSet,
      doors: bitSet,
      states: bitSet,
      icmp: ranges,
      marks: patterns,
      tcpFlags: patterns,
    },
  });

  it('what is left of a box is disjoint, outside the cut, and with it the whole', () => {
    fc.assert(
      fc.property(boxes, boxes, (box, cut) => {
        const rest = subtract(box, cut);
        const common = intersect(box, cut);
        for (const part of rest) expect(intersect(part, cut)).toBeNull();
        expect(sizeOf(...rest) + (common === null ? 0n : sizeOf(common))).toBe(sizeOf(box));
      }),
    );
  });

  it('boxes made disjoint hold the same', () => {
    fc.assert(
      fc.property(fc.array(boxes, { maxLength: 4 }), (list) => {
        const parts = disjoint(list);
        for (const [at, part] of parts.entries())
          for (const other of parts.slice(at + 1)) expect(intersect(part, other)).toBeNull();
        for (const box of list) {
          const left = parts.reduce((rest, part) => rest.flatMap((each) => subtract(each, part)), [box]);
          expect(left).toEqual([]);
        }
      }),
      { numRuns: 30 },
    );
  });
});

function sizeOf(...boxes: readonly Box[]): bigint {
  return boxes.reduce((sum, box) => {
    let size = 1n;
    for (const field of ['destination', 'destinationPort', 'source', 'sourcePort', 'icmp'] as const) {
      let count = 0n;
      for (const [from, to] of box[field].ranges()) count += to - from + 1n;
      size *= count;
    }
    for (const field of ['marks', 'tcpFlags'] as const) size *= BigInt(patternsIn(box[field]).length);
    for (const field of ['protocols', 'doors', 'states'] as const)
      size *= BigInt([...box[field].toString(2)].filter((digit) => digit === '1').length);
    return sum + size;
  }, 0n);
}
