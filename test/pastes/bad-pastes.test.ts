import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CUTS, FRAMES, PREFIXES, WRAPS } from './badly.ts';
import { cleanDumps } from './clean-dumps.ts';
import { dice } from './dice.ts';
import { Judge } from './judge-pastes.ts';
import { ask } from './paste.ts';
import { GIVEN, STRINGS } from './respelt.ts';

const CLEAN = readFileSync(join(import.meta.dirname, '../../fixtures/demo/iptables-save.txt'), 'utf8');

/** Packets of which the demo's rules know different fates. */
const QUESTIONS: readonly (readonly string[])[] = [
  ['10.96.0.1:443', '--from', 'pod'],
  ['node:30080', '--from', 'external'],
  ['10.96.0.10:53', '--protocol', 'udp', '--from', 'node'],
  ['198.51.100.14:80', '--from', 'external'],
  ['10.244.1.11:8080', '--from', '10.244.2.11'],
];

interface Outcome {
  readonly verdict: string;
  readonly destination: unknown;
  readonly rejectWith: string | null;
  readonly given: readonly unknown[];
}

async function outcomesOf(text: string, question: readonly string[]): Promise<Outcome[]> {
  const { out, err, status } = await ask(text, 'trace', ...question, '-o', 'json');
  expect(status, err).toBe(0);
  return JSON.parse(out).items.flatMap(({ outcomes }: { outcomes: Outcome[] }) => outcomes);
}

const fate = ({ verdict, destination, rejectWith }: Outcome): string =>
  JSON.stringify([verdict, destination, rejectWith]);

const clean = new Map<string, Promise<string[]>>();

/** @returns what becomes of the packet by the clean dump. */
async function truth(question: readonly string[]): Promise<string[]> {
  const key = question.join(' ');
  const known = clean.get(key) ?? outcomesOf(CLEAN, question).then((all) => all.map(fate));
  clean.set(key, known);
  return await known;
}

const KEEPING = { ...PREFIXES, ...FRAMES, ...WRAPS, ...GIVEN, ...STRINGS };

const lines = (): string[] => CLEAN.trimEnd().split('\n');

describe('a clean dump pasted badly', () => {
  it.each(Object.keys(KEEPING))('as %s says the same', async (name) => {
    for (const question of QUESTIONS.slice(0, 2)) {
      const text = `${KEEPING[name]?.(lines(), dice(1), 'iptables-save').join('\n')}\n`;
      expect((await outcomesOf(text, question)).map(fate), question[0]).toEqual(await truth(question));
    }
  });
});

describe('a part of a dump', () => {
  // Of what lines picked by one name lack, the answer says that it is taken for granted: the random pastes hold that.
  const cuts = Object.keys(CUTS).filter((name) => name !== 'grep a name');

  it.each(cuts)('by %s never says something else for certain', async (name) => {
    for (const question of QUESTIONS) {
      const text = `${CUTS[name]?.(lines(), dice(1), 'iptables-save').join('\n')}\n`;
      const right = await truth(question);
      const certain = (await outcomesOf(text, question)).filter(
        ({ verdict, given }) => verdict !== 'unknown' && given.length === 0,
      );
      for (const outcome of certain) expect(right, `${name}: ${question[0]}`).toContain(fate(outcome));
    }
  });
});

describe('a real dump pasted badly at random', () => {
  const dumps = cleanDumps(join(import.meta.dirname, '../..'));

  it.each([1, 2, 3, 4])('is answered the same, or left open by name (%i)', async (seed) => {
    for (const [index, clean] of dumps.entries()) {
      const { judgement, what } = await new Judge(clean).judge(seed * 100 + index);
      expect(judgement, what).not.toBe('wrong');
    }
  });
});
