import { createContext, Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { makeInput } from './make-input.ts';
import { PARSERS } from './parsers.ts';

/** For each reader; `npm run test:attack` throws millions. */
const INPUTS = 40;
/** Those of the long run begin at 0 with seed 1, so these are others. */
const SEED = 0;
/** An input of 16 KB takes milliseconds; a machine under load may take a hundred times as long. */
const TOO_LONG_MS = 5_000;

/** Calls a function that may never end: V8 stops it. Throws what it throws, or that it took too long. */
function within(milliseconds: number, run: () => unknown): unknown {
  const context = createContext({ run });
  return new Script('run()').runInContext(context, { timeout: milliseconds });
}

const REPETITIONS = [
  ...[' ', '\n', '\t', '"', '\\', '[', '{', '(', '<', '/* ', ' */', '/* a */ ', '! ', '-', '- ', ',', ': '],
  ...[
    'a',
    '1',
    '1.',
    ':',
    '#',
    '= ',
    '\0',
    '\u00a0',
    '\v',
    '\r',
    '\u2028',
    '[1:2] ',
    'src=',
    '&a [',
    '?',
    '? ',
  ],
];

describe.each(PARSERS)('$name', (parser) => {
  const { seed, run } = parser;

  it('reads its own text', async () => {
    await within(TOO_LONG_MS, () => run(seed));
  });

  it('ends in time and throws nothing on odd blanks, NULs, quotes, cuts and long repetitions', async () => {
    for (let input = 0; input < INPUTS; input++) {
      await answers(makeInput(parser, SEED, input), `input ${input}`);
    }
  });

  it('ends in time and throws nothing on one thing again and again', async () => {
    for (const repeated of REPETITIONS) {
      const long = repeated.repeat(Math.ceil(16_000 / repeated.length));
      for (const text of [long, `${seed.slice(0, seed.length / 2)}${long}${seed.slice(seed.length / 2)}`]) {
        await answers(text, `${JSON.stringify(repeated)} repeated`);
      }
    }
  });

  async function answers(text: string, what: string): Promise<void> {
    const start = performance.now();
    try {
      await within(TOO_LONG_MS, () => run(text));
    } catch (error) {
      const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      expect.unreachable(`${what}: ${words}`);
    }
    expect(performance.now() - start, what).toBeLessThan(TOO_LONG_MS);
  }
});
