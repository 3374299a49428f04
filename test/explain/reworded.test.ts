import { beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../cli/run-main.ts';

const wording = vi.hoisted(() => {
  const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
  let places = 0;
  /** Turns every letter on by some places, so that lengths and line ends stay. */
  const reword = (text: string): string =>
    text.replace(/[a-z]/gi, (letter) => {
      const at = (LETTERS.indexOf(letter.toLowerCase()) + places) % LETTERS.length;
      const turned = LETTERS[at] ?? letter;
      return letter === letter.toLowerCase() ? turned : turned.toUpperCase();
    });
  const rewordIn = (value: unknown): unknown => {
    if (typeof value === 'string') return reword(value);
    if (typeof value !== 'object' || value === null || !('text' in value)) return value;
    const note: { text: unknown; settle?: unknown } = value;
    return {
      ...note,
      text: rewordIn(note.text),
      ...('settle' in note ? { settle: rewordIn(note.settle) } : {}),
    };
  };
  return {
    /** What the functions of a module say is said otherwise. */
    reworded: <M extends object>(module: M): M =>
      Object.fromEntries(
        Object.entries(module).map(([name, value]) => [
          name,
          typeof value === 'function' ? (...args: unknown[]) => rewordIn(value(...args)) : value,
        ]),
      ) as M,
    /** By how many places letters are turned. */
    turn(by: number): void {
      places = by;
    },
  };
});

vi.mock(import('../../src/explain/words/question-words.ts'), async (original) =>
  wording.reworded(await original()),
);
vi.mock(import('../../src/explain/words/reason-words.ts'), async (original) =>
  wording.reworded(await original()),
);

/** All that is not a letter: the same lines with the same numbers, in the same order. */
const shapeOf = (text: string): string => text.replace(/[a-z]/gi, 'x');

const QUESTIONS: readonly (readonly string[])[] = [
  ['trace', 'shop/web-sticky', '--from', 'external'],
  ['trace', 'shop/web-sticky', '--detail', 'full'],
  ['trace', 'shop/web', '--from', 'pod', '--detail', 'path'],
  ['trace', '198.51.100.14:80', '--detail', 'path'],
  ['trace', '10.244.1.11:8080', '--from', 'external', '--detail', 'path'],
];

describe('Does an answer hang on how a sentence is put?', () => {
  beforeEach(() => wording.turn(0));

  it.each(QUESTIONS.map((words) => ({ question: words.join(' '), words })))(
    '$question',
    async ({ words }) => {
      const ask = async (): Promise<string> => (await run([...words, '--demo'])).out;
      const said = await ask();
      wording.turn(7);
      const reworded = await ask();
      expect(reworded).not.toBe(said);
      expect(shapeOf(reworded)).toBe(shapeOf(said));
    },
  );
});
