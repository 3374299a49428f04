import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GivenItem } from '../../src/explain/trace-list.ts';
import { shortenCases } from '../../src/render/trace/cases.ts';

const NAMES = ['a', 'b', 'c', 'd'];
const LITERALS = NAMES.flatMap((name) => [name, `!${name}`]);

/** `a` is the answer yes to question a, `!a` the answer no. */
const given = (text: string): GivenItem => ({
  code: 'q',
  text,
  settle: null,
  question: numberOf(text.replace('!', '')),
  held: !text.startsWith('!'),
  joined: 0,
});
const NUMBERS = new Map<string, number>();
function numberOf(name: string): number {
  const number = NUMBERS.get(name) ?? NUMBERS.size;
  NUMBERS.set(name, number);
  return number;
}
const list = (text: string): GivenItem[] => (text === '' ? [] : text.split(' ').map(given));
const shorten = (...cases: string[]): string[] =>
  shortenCases(cases.map(list)).map((each) => each.map(({ text }) => text).join(' '));

describe('shortenCases', () => {
  it.each([
    [['a b', 'a !b'], ['a']],
    [
      ['a', '!a b'],
      ['a', 'b'],
    ],
    [['a b', 'a'], ['a']],
    [['a b', 'a b'], ['a b']],
    [['a', '!a'], ['']],
    [
      ['a b', '!a !b'],
      ['a b', '!a !b'],
    ],
    [['a c', 'a !c d', 'a !c !d'], ['a']],
  ])('%j is %j', (cases, result) => expect(shorten(...cases)).toEqual(result));

  it('takes conditions in other words for the same, and other questions in the same words for others', () => {
    const reworded = { ...given('a'), text: 'in other words' };
    expect(shortenCases([[given('a')], [reworded]])).toEqual([[given('a')]]);
    const other = { ...given('z'), text: 'a' };
    expect(shortenCases([[given('a')], [other]])).toHaveLength(2);
  });

  it('takes no time over more cases than anybody reads', () => {
    const many = Array.from({ length: 5000 }, (_, index) =>
      list(`a ${index % 2 === 0 ? '' : '!'}b${index} c`),
    );
    const start = performance.now();
    expect(shortenCases(many)).toHaveLength(5000);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('holds exactly where the given cases hold', () => {
    const literal = fc.constantFrom(...LITERALS);
    const cases = fc.array(fc.uniqueArray(literal, { maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(cases, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), (all, world) => {
        const holds = (text: string): boolean =>
          (world[NAMES.indexOf(text.at(-1) ?? '')] ?? false) !== text.startsWith('!');
        const some = (any: readonly (readonly string[])[]): boolean => any.some((one) => one.every(holds));
        const shorter = shortenCases(all.map((one) => one.map(given)));
        expect(some(shorter.map((notes) => notes.map(({ text }) => text)))).toBe(some(all));
      }),
      { numRuns: 2000 },
    );
  });
});
