import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyNumbers } from '../../src/conntrack/key-numbers.ts';

/** Few values, so that keys repeat; the ends of what 32 bits hold among them. */
const part = fc.oneof(
  fc.integer({ min: -1, max: 5 }),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 65_535, 1 << 24),
);

describe('Numbers of keys', () => {
  it('are the same for the same key alone, and count from 0 in the order in which keys are met', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(part, part, part), { maxLength: 3000 }), (keys) => {
        const numbers = new KeyNumbers();
        const known = new Map<string, number>();
        for (const key of keys) {
          const text = key.join(' ');
          expect(numbers.find(...key)).toBe(known.get(text) ?? -1);
          if (!known.has(text)) known.set(text, known.size);
          expect(numbers.of(...key)).toBe(known.get(text));
        }
        expect(numbers.count).toBe(known.size);
        for (const [text, number] of known)
          expect([0, 1, 2].map((at) => numbers.partOf(number, at as 0 | 1 | 2)).join(' ')).toBe(text);
      }),
      { numRuns: 50 },
    );
  });

  it('stay as they are when the table grows', () => {
    const numbers = new KeyNumbers();
    for (let at = 0; at < 100_000; at++) expect(numbers.of(at % 317, at, -at)).toBe(at);
    for (let at = 0; at < 100_000; at++) expect(numbers.find(at % 317, at, -at)).toBe(at);
  });
});
