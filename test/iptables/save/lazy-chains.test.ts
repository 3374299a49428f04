import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chain, ChainCut, ChainMap, Counters, Policy } from '../../../src/iptables/ruleset.ts';
import { read } from '../read.ts';

/** A chain as a reader that keeps everything would have it. */
interface EagerChain {
  name: string;
  policy: Policy | null;
  counters: Counters | null;
  line: number | null;
  rules: { line: number; text: string }[];
  cut?: ChainCut;
}

/** Names that begin alike, that differ in one byte, and that are no ASCII; two of them are no UTF-8 and read the same. */
const NAMES = [
  ...['A', 'B', 'AB', 'KUBE-SVC-A', 'KUBE-SVC-B', 'KUBE-SVC-AB', 'é', 'e', '名', 'constructor'].map((name) =>
    Buffer.from(name),
  ),
  Buffer.from([0x41, 0xff]),
  Buffer.from([0x41, 0xfe]),
];
const name = fc.oneof(
  fc.constantFrom(...NAMES),
  fc.integer({ min: 0, max: 300 }).map((number) => Buffer.from(`C${number}`)),
);
const declaration = fc
  .tuple(name, fc.constantFrom('- [0:0]', 'ACCEPT [0:0]', 'DROP [7:8]', '- [1:0]'))
  .map(([chain, rest]) => Buffer.concat([Buffer.from(':'), chain, Buffer.from(` ${rest}`)]));
const rule = fc
  .tuple(fc.constantFrom('', '[3:4] '), name, fc.integer({ min: 1, max: 5 }))
  .map(([counters, chain, times]) => {
    const line = Buffer.concat([Buffer.from(`${counters}-A `), chain, Buffer.from(' -j RETURN')]);
    return Buffer.concat(
      Array.from({ length: times }, (_, index) => (index === 0 ? [line] : [NEWLINE, line])).flat(),
    );
  });
const NEWLINE = Buffer.from('\n');
// Without a built-in chain it would be lines picked from a dump, which cannot break off.
const HEAD = '*nat\n:PREROUTING ACCEPT [0:0]\n';

/** Declarations and rules in the order of a real dump, or in any; a number says how much of the bytes is left. */
const dump = fc
  .record({
    declarations: fc.array(declaration, { maxLength: 150 }),
    rules: fc.array(rule, { maxLength: 80 }),
    mixed: fc.array(fc.oneof(declaration, rule), { maxLength: 20 }),
    kept: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  })
  .map(({ declarations, rules, mixed, kept }) => {
    const lines = [...declarations, ...rules, ...mixed, Buffer.from('COMMIT')];
    const bytes = Buffer.concat([Buffer.from(HEAD), ...lines.flatMap((line) => [line, NEWLINE])]);
    return kept === null ? bytes : bytes.subarray(0, HEAD.length + (bytes.length - HEAD.length) * kept);
  });

/** Reads a dump in the plainest way. */
function readEagerly(bytes: Buffer): Map<string, EagerChain> {
  const chains = new Map<string, EagerChain>();
  const chainOf = (named: string): EagerChain => {
    const chain = chains.get(named) ?? { name: named, policy: null, counters: null, line: null, rules: [] };
    chains.set(named, chain);
    return chain;
  };
  // What follows the last line end is a part of a line, but COMMIT is known to be whole.
  const lines = bytes.toString().split('\n').slice(0, -1);
  let lastLine = 1;
  for (const [index, text] of lines.entries()) {
    const declared = /^:(\S+) (\S+) \[(\d+):(\d+)\]$/.exec(text);
    const appended = /^(?:\[\d+:\d+\] )?(-A (\S+).*)$/.exec(text);
    if (declared === null && appended === null) continue;
    lastLine = index + 1;
    if (declared !== null) {
      const [, named = '', policy, packets, counted] = declared;
      const chain = chainOf(named);
      chain.line = lastLine;
      chain.policy = policy === 'ACCEPT' || policy === 'DROP' ? policy : null;
      chain.counters = { packets: Number(packets), bytes: Number(counted) };
    } else chainOf(appended?.[2] ?? '').rules.push({ line: lastLine, text: appended?.[1] ?? '' });
  }
  if (!/\nCOMMIT\n?$/.test(bytes.toString())) markCut([...chains.values()], lastLine);
  return chains;
}

function markCut(chains: readonly EagerChain[], line: number): void {
  const withRules = chains.filter(({ rules }) => rules.length > 0);
  const endOf = (chain: EagerChain) => chain.rules.at(-1)?.line ?? 0;
  const last = withRules.find((chain) => withRules.every((other) => endOf(other) <= endOf(chain)));
  const inOrder = withRules.every(
    (chain, index) => index === 0 || endOf(withRules[index - 1] ?? chain) < (chain.rules[0]?.line ?? 0),
  );
  for (const [index, chain] of chains.entries()) {
    const behind = last === undefined || index > chains.indexOf(last);
    const unseen = chain.rules.length === 0 && (behind || !inOrder);
    const within = last === undefined ? 'chains' : 'rules';
    if (chain === last || unseen) chain.cut = { file: 'dump', line, within, side: 'end' };
  }
}

function chainsOf(bytes: Buffer): ChainMap {
  const chains = read(bytes, { family: 'ipv4' }).rulesets[0]?.tables.get('nat')?.chains;
  if (chains === undefined) throw new Error('no table was read');
  return chains;
}

/** Everything about a chain that the eager reader tells too. */
function allOf({ name: named, policy, counters, line, rules, cut }: Chain): EagerChain {
  const list = Array.from({ length: rules.length }, (_, index) => ({
    line: rules.at(index).line,
    text: rules.text(index),
  }));
  return { name: named, policy, counters, line, rules: list, ...(cut === undefined ? {} : { cut }) };
}

describe('the chains of a dump', () => {
  it('are what a reader that keeps everything has, in the same order, also where the dump is cut', () => {
    fc.assert(
      fc.property(dump, (bytes) => {
        const lazy = chainsOf(bytes);
        const eager = readEagerly(bytes);
        expect(lazy.size).toBe(eager.size);
        expect([...lazy.keys()]).toEqual([...eager.keys()]);
        expect([...lazy.values()].map(allOf)).toEqual([...eager.values()]);
        expect([...lazy].map(([key, chain]) => key === chain.name)).not.toContain(false);
        for (const known of [...NAMES.map(String), 'C1', '', 'ABC', 'KUBE-SVC-ABC', 'ü']) {
          expect([known, lazy.has(known)]).toEqual([known, eager.has(known)]);
          const chain = lazy.get(known);
          expect(chain && allOf(chain)).toEqual(eager.get(known));
          const begin = known.slice(0, 9);
          const begins = (key: string) => key.startsWith(begin) || key.startsWith('é');
          for (const does of [true, false]) {
            const keys = [...(lazy.keysBeginning?.([begin, 'é'], does) ?? [])];
            expect(keys).toEqual([...eager.keys()].filter((key) => begins(key) === does));
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('are the same objects each time they are asked for, whoever asks', () => {
    const chains = chainsOf(Buffer.from('*nat\n:A - [0:0]\n:B - [0:0]\nCOMMIT\n'));
    const b = chains.get('B');
    const seen: Chain[] = [];
    chains.forEach((chain, key, map) => {
      expect([chain.name, map]).toEqual([key, chains]);
      seen.push(chain);
    });
    expect(seen[1]).toBe(b);
    expect([...chains.values()]).toEqual(seen);
    expect([...chains.entries()][1]?.[1]).toBe(b);
  });

  it('are found among 100,000 others', () => {
    const names = Array.from({ length: 100_000 }, (_, index) => `KUBE-SEP-${index.toString(36)}`);
    const lines = names.map((each) => `:${each} - [0:0]`);
    const chains = chainsOf(Buffer.from(`*nat\n${lines.join('\n')}\nCOMMIT\n`));
    expect(chains.size).toBe(names.length);
    expect(names.every((each, index) => chains.get(each)?.line === index + 2)).toBe(true);
    expect(chains.has('KUBE-SEP-')).toBe(false);
  });
});
