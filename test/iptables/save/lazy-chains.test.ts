import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Jumps, jumpsOf } from '../../../src/iptables/jumps.ts';
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
  .tuple(fc.constantFrom('', '[3:4] '), name, name, fc.integer({ min: 1, max: 5 }))
  .map(([counters, chain, target, times]) => {
    const line = Buffer.concat([Buffer.from(`${counters}-A `), chain, Buffer.from(' -j '), target]);
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

/** The lines of a dump, some of them changed. */
const changedDump = (bytes: Buffer) =>
  fc
    .array(fc.tuple(fc.nat(), fc.constantFrom('drop', 'twice', 'counters', 'other')), { maxLength: 6 })
    .map((changes) => {
      const lines = bytes.toString('latin1').split('\n');
      for (const [place, how] of changes) {
        const at = 2 + (place % lines.length);
        const line = lines[at] ?? '';
        if (!/^(?:\[3:4\] )?-A/.test(line)) continue;
        if (how === 'counters') lines[at] = `[17:0] ${line.replace('[3:4] ', '')}`;
        else if (how === 'other') lines[at] = `${line}X`;
        else lines.splice(at, 1, ...(how === 'twice' ? [line, line] : []));
      }
      return Buffer.from(lines.join('\n'), 'latin1');
    });
const twoDumps = dump.chain((bytes) => fc.tuple(fc.constant(bytes), fc.oneof(dump, changedDump(bytes))));

function textsOf(chain: Chain | undefined): string {
  if (chain === undefined) return 'none';
  const texts = Array.from({ length: chain.rules.length }, (_, index) => chain.rules.text(index));
  return [chain.policy, ...texts].join('\n');
}

describe('two dumps beside each other', () => {
  it('have the chains that their texts differ in', () => {
    fc.assert(
      fc.property(twoDumps, ([bytes, others]) => {
        const [own, other] = [chainsOf(bytes), chainsOf(others)];
        const beside = own.beside?.(other);
        const unlike = [...own.keys()].filter((key) => textsOf(own.get(key)) !== textsOf(other.get(key)));
        // Bytes that are no UTF-8 differ, and have the same text.
        const isText = (key: string) => !textsOf(own.get(key)).includes('\ufffd');
        const found = [...(beside?.unlike(() => true) ?? [])];
        expect(found).toEqual(expect.arrayContaining(unlike));
        expect(found.filter(isText)).toEqual(unlike.filter(isText));
        expect([...(beside?.added() ?? [])]).toEqual([...other.keys()].filter((key) => !own.has(key)));
      }),
      { numRuns: 300 },
    );
  });

  it('are asked of each rule that they share, behind its counters', () => {
    const chains = (counters: string) =>
      chainsOf(Buffer.from(`*nat\n:A - [0:0]\n:B - [0:0]\n-A A -j B\n${counters}-A B -j RETURN\nCOMMIT\n`));
    const asked: string[] = [];
    const beside = chains('[1:2] ').beside?.(chains('[3:45] '));
    const unlike = beside?.unlike((bytes, start) => {
      asked.push(bytes.toString('utf8', start, start + 9));
      return asked.length === 1;
    });
    expect([...(unlike ?? [])]).toEqual(['B']);
    expect(asked).toEqual(['-A A -j B', '-A B -j R']);
  });

  it('are not told from a table that is of no dump', () => {
    expect(chainsOf(Buffer.from('*nat\n:A - [0:0]\nCOMMIT\n')).beside?.(new Map())).toBeNull();
  });
});

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

  it('have numbers, by which their rules lead where the words say', () => {
    fc.assert(
      fc.property(dump, (bytes) => {
        const lazy = chainsOf(bytes);
        const [own, plain] = [lazy, new Map(lazy)].map((chains) => jumpsOf({ name: 'nat', chains }));
        const places = (jumps: Jumps | undefined) => (target: string) =>
          jumps?.to([target]).map(({ chain, index }) => `${chain.name} ${index}`);
        const targets = [...NAMES.map(String), 'C1'];
        expect(targets.map(places(own))).toEqual(targets.map(places(plain)));
        expect(own?.others).toEqual(plain?.others);
        expect(own?.reachedFrom(['A', 'é', 'C1'])).toEqual(plain?.reachedFrom(['A', 'é', 'C1']));
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
