import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Note } from '../../src/explain/explanation.ts';
import { findOpposites, shortenCases } from '../../src/render/trace/cases.ts';

const note = (text: string): Note => ({ code: text.replace('!', ''), text, settle: null });
const list = (text: string): Note[] => (text === '' ? [] : text.split(' ').map(note));
const OPPOSITES = new Map(
  ['a', 'b', 'c', 'd'].flatMap((name) => [
    [name, `!${name}`],
    [`!${name}`, name],
  ]),
);
const shorten = (...cases: string[]): string[] =>
  shortenCases(cases.map(list), OPPOSITES).map((notes) => notes.map(({ text }) => text).join(' '));

describe('findOpposites', () => {
  it('takes the two answers at one place for opposites', () => {
    expect(findOpposites([list('a b'), list('a !b'), list('!a')])).toEqual(
      new Map([
        ['a', '!a'],
        ['!a', 'a'],
        ['b', '!b'],
        ['!b', 'b'],
      ]),
    );
  });

  it('concludes nothing from three answers, from one, or from different questions', () => {
    const three = ['x', 'y', 'z'].map((text) => [{ code: 'q', text, settle: null }]);
    expect(findOpposites(three)).toEqual(new Map());
    expect(findOpposites([list('a'), list('b')])).toEqual(new Map());
    expect(findOpposites([list('a b'), list('!a !b')]).has('b')).toBe(false);
  });

  it('leaves alone what was joined to one sentence', () => {
    const joined = ['in A', 'outside A, and outside the next 7 asked for'].map((text) => [
      { code: 'q', text, settle: null },
    ]);
    expect(findOpposites(joined)).toEqual(new Map());
  });
});

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

  it('takes no time over more cases than anybody reads', () => {
    const many = Array.from({ length: 5000 }, (_, index) =>
      list(`a ${index % 2 === 0 ? '' : '!'}b${index} c`),
    );
    const start = performance.now();
    expect(shortenCases(many, findOpposites(many))).toHaveLength(5000);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('holds exactly where the given cases hold', () => {
    const literal = fc.constantFrom(...OPPOSITES.keys());
    const cases = fc.array(fc.uniqueArray(literal, { maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(cases, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), (all, world) => {
        const holds = (text: string): boolean =>
          (world['abcd'.indexOf(text.at(-1) ?? '')] ?? false) !== text.startsWith('!');
        const some = (any: readonly (readonly string[])[]): boolean => any.some((one) => one.every(holds));
        const shorter = shortenCases(
          all.map((one) => one.map(note)),
          OPPOSITES,
        );
        expect(some(shorter.map((notes) => notes.map(({ text }) => text)))).toBe(some(all));
      }),
      { numRuns: 2000 },
    );
  });
});
