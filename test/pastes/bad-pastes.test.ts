import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ask } from './paste.ts';

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

/** A small generator of numbers, so that a failing paste can be made again. */
function dice(seed: number): (sides: number) => number {
  let state = seed * 2654435761;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

type Roll = (sides: number) => number;
const pick = <T>(items: readonly T[], roll: Roll): T => items[roll(items.length)] as T;

const PROMPTS = ['[root@node1 ~]# ', 'root@node1:~# ', 'node1:/# ', '$ ', '# ', 'sh-5.1# sudo '];
const PROSE = [
  'After a restart of the node I see the following, any idea?',
  'Thanks for the quick answer! Here it is:',
  '/kind bug',
  '**What happened**: nothing answers on the node port.',
];

type Change = (lines: string[], roll: Roll) => string[];

/** What does not take anything away. */
const KEEPING: Readonly<Record<string, Change>> = {
  'quoted mail': (lines) => lines.map((line) => `> ${line}`),
  'twice quoted': (lines) => lines.map((line) => `> > ${line}`),
  indented: (lines) => lines.map((line) => `      ${line}`),
  'cat -n': (lines) => lines.map((line, index) => `${String(index + 1).padStart(6)}\t${line}`),
  'grep -n': (lines) => lines.map((line, index) => `${index + 1}:${line}`),
  syslog: (lines) => lines.map((line) => `Nov 14 11:06:11 node1 collect[12085]: ${line}`),
  'container log': (lines) => lines.map((line) => `2024-05-06T07:08:09.123456789Z stdout F ${line}`),
  'one side of a diff': (lines) => lines.map((line) => `+${line}`),
  'a fence': (lines) => ['```', ...lines, '```'],
  'a web page': (lines) => lines.map((line) => line.replaceAll('"', '&quot;').replaceAll('>', '&gt;')),
  'typographic quotes': (lines) => lines.map((line) => line.replace(/"([^"]*)"/g, '“$1”')),
  'non-breaking blanks': (lines) => lines.map((line) => line.replaceAll(' ', '\u00a0')),
  'Windows lines': (lines) => lines.map((line) => `${line}\r`),
  'a prompt': (lines, roll) => [`${pick(PROMPTS, roll)}iptables-save -c`, ...lines, 'root@node1:~# '],
  'prose around it': (lines, roll) => [pick(PROSE, roll), '', ...lines, '', pick(PROSE, roll)],
  'another tool behind it': (lines) => [
    ...lines,
    '# conntrack -L',
    'udp      17 24 src=10.244.9.5 dst=10.96.0.77 sport=56635 dport=53 src=10.244.1.9 dst=10.244.9.5 sport=53 dport=56635 mark=0 use=1',
  ],
  'wrapped mail': (lines) =>
    lines.flatMap((line) => {
      const at = line.startsWith('[') && line.includes(' -j ') ? line.indexOf(' -m ', 40) : -1;
      return at < 0 ? [line] : [line.slice(0, at), line.slice(at + 1)];
    }),
};

/** What takes lines away, and leaves others whole. */
const CUTTING: Readonly<Record<string, Change>> = {
  'grep KUBE': (lines) => lines.filter((line) => line.includes('KUBE')),
  'grep -v ^:': (lines) => lines.filter((line) => !line.startsWith(':')),
  'rules alone': (lines) => lines.filter((line) => /^(?:\[\d+:\d+\] )?-A/.test(line)),
  'rules without counters': (lines) =>
    lines.filter((line) => line.includes(' -A ')).map((line) => line.replace(/^\[\d+:\d+\] /, '')),
  'without table lines': (lines) => lines.filter((line) => !/^(?:\*|COMMIT|#)/.test(line)),
  'nat alone': (lines) =>
    lines.slice(lines.indexOf('*nat'), lines.indexOf('COMMIT', lines.indexOf('*nat')) + 1),
  'filter alone': (lines) =>
    lines.slice(lines.indexOf('*filter'), lines.indexOf('COMMIT', lines.indexOf('*filter')) + 1),
  'without built-in chains': (lines) =>
    lines.filter((line) => !/(?::| -A )(?:PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING) /.test(line)),
};

const lines = (): string[] => CLEAN.trimEnd().split('\n');

describe('a clean dump pasted badly', () => {
  it.each(Object.keys(KEEPING))('as %s says the same', async (name) => {
    for (const question of QUESTIONS.slice(0, 2)) {
      const text = `${KEEPING[name]?.(lines(), dice(1)).join('\n')}\n`;
      expect((await outcomesOf(text, question)).map(fate), question[0]).toEqual(await truth(question));
    }
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('in several ways at once (%i) says the same', async (seed) => {
    const roll = dice(seed);
    const frames = ['a prompt', 'prose around it', 'a fence', 'another tool behind it'];
    const prefixes = Object.keys(KEEPING).filter((name) => !frames.includes(name) && name !== 'wrapped mail');
    const names = [pick(prefixes, roll), pick(frames, roll), pick(prefixes, roll)];
    let pasted = lines();
    for (const name of names) pasted = KEEPING[name]?.(pasted, roll) ?? pasted;
    const question = pick(QUESTIONS, roll);
    expect((await outcomesOf(`${pasted.join('\n')}\n`, question)).map(fate), names.join(', ')).toEqual(
      await truth(question),
    );
  });
});

describe('a part of a dump', () => {
  it.each(Object.keys(CUTTING))('by %s never says something else for certain', async (name) => {
    for (const question of QUESTIONS) {
      const text = `${CUTTING[name]?.(lines(), dice(1)).join('\n')}\n`;
      const right = await truth(question);
      const certain = (await outcomesOf(text, question)).filter(
        ({ verdict, given }) => verdict !== 'unknown' && given.length === 0,
      );
      for (const outcome of certain) expect(right, `${name}: ${question[0]}`).toContain(fate(outcome));
    }
  });
});
