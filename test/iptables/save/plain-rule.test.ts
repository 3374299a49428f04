import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Block } from '../../../src/iptables/save/dump.ts';
import { readPlainRule } from '../../../src/iptables/save/plain-rule.ts';
import { readAnyRule } from '../../../src/iptables/save/read-rule.ts';
import { scanDump } from '../../../src/iptables/save/scan.ts';
import type { Family } from '../../../src/net/address.ts';
import { ProblemList } from '../../../src/problems/problem.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Dumps of every capture that is here; where the folder of shared captures lies beside, its own, too. */
const DUMPS = ['fixtures', '../shared'].flatMap((folder) => dumpsIn(join(ROOT, folder)));

function dumpsIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
  return names
    .filter((name) => /\.(?:txt|rules|save|log|md)$|iptables/.test(name) && !name.includes('conntrack'))
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile() && statSync(file).size < 8e6);
}

interface Counts {
  rules: number;
  plain: number;
  readonly unlike: string[];
  /** Families with lines that were read, as captures of one node hold the same. */
  readonly seen: Set<string>;
}

function noneYet(): Counts {
  return { rules: 0, plain: 0, unlike: [], seen: new Set() };
}

/** Reads every rule both ways. */
function compare(bytes: Buffer, counts: Counts, families: readonly Family[]): void {
  for (const block of scanDump('dump', bytes, false, new ProblemList()).blocks)
    for (const family of families) {
      block.context.family = family;
      block.context.isAlwaysTargeted = (chain) => chain.length % 2 === 0;
      for (let chain = 0; chain < block.chains.size; chain++) compareChain(block, chain, counts);
    }
}

function compareChain({ chains, context }: Block, chain: number, counts: Counts): void {
  const { bytes } = context.lines;
  for (let rule = 0; rule < chains.ruleCount(chain); rule++) {
    const { start, line } = chains.placeOf(chain, rule);
    let end = bytes.indexOf(10, start);
    if (end < 0) end = bytes.length;
    if (bytes[end - 1] === 13) end--;
    const key = `${context.family} ${bytes.toString('latin1', start, end)}`;
    if (counts.seen.has(key)) continue;
    counts.seen.add(key);
    const place = { chain: chains.names.text(chain), number: rule + 1, line };
    const plain = readPlainRule(context, place, start, end);
    counts.rules++;
    if (plain === null) continue;
    counts.plain++;
    const any = readAnyRule(context, place, start, end);
    // In the same order of their keys, too: some texts are made of all that a match holds.
    if (textOf(plain) !== textOf(any)) counts.unlike.push(plain.text);
  }
}

function textOf(value: object): string {
  return JSON.stringify(value, (_, part) =>
    typeof part === 'bigint' ? `${part}n` : part === undefined ? 'undefined' : part,
  );
}

/** A small generator of numbers that is the same on every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const PIECES = [
  ...[
    ' ',
    '  ',
    '\t',
    '"',
    '\\',
    '!',
    '! ',
    '-',
    '/',
    ':',
    '.',
    '0',
    '1',
    '9',
    '255',
    '65536',
    '\r',
    'é',
    '\0',
  ],
  ...[' -j ', ' -g ', ' -m tcp', ' -m comment --comment x', ' --dport 080', ' -p udp', ' -s 10.0.0.0/8'],
  ...[
    ' -d 0.0.0.0/0',
    ' -c 1 2',
    ' -m udp --dport 53',
    ' --sport 1',
    ' -j DNAT',
    ' --random',
    '[1:2] ',
    '00',
  ],
  ...[
    ' -m statistic --mode random --probability 1.0',
    ' --comment ""',
    ' -m addrtype --dst-type LOCAL',
    '...',
  ],
];

function mutated(line: string, random: (below: number) => number): string {
  let text = line;
  for (let times = 1 + random(2); times > 0; times--) {
    const at = random(text.length + 1);
    const piece = PIECES[random(PIECES.length)] ?? '';
    const cut = random(3) === 0 ? 0 : random(4);
    text = text.slice(0, at) + (random(4) === 0 ? '' : piece) + text.slice(at + cut);
  }
  return text;
}

describe('a plain rule', () => {
  it('is read from its bytes as it is from its words, in every capture', () => {
    const counts = noneYet();
    for (const file of DUMPS) compare(readFileSync(file), counts, ['ipv4', 'ipv6']);
    expect(counts.unlike).toEqual([]);
    expect(counts.plain).toBeGreaterThan(1000);
  });

  it('is told from any that looks like one', () => {
    const random = numbers(7);
    const lines = new Set<string>();
    for (const file of DUMPS)
      for (const line of readFileSync(file, 'utf8').split(/\r?\n/))
        if (/^(?:\[\d+:\d+\] )?-A /.test(line) && line.length < 1000) lines.add(line);
    const all = [...lines];
    const counts = noneYet();
    for (let round = 0; round < 40; round++) {
      const some = Array.from({ length: 500 }, () => mutated(all[random(all.length)] ?? '', random));
      const declared = [...new Set(some.flatMap((line) => / -j (\S+)$/.exec(line)?.[1] ?? []))];
      const head = declared.map((name) => `:${name} - [0:0]\n`).join('');
      compare(Buffer.from(`*nat\n${head}${some.join('\n')}\nCOMMIT\n`), counts, ['ipv4', 'ipv6']);
    }
    expect(counts.unlike).toEqual([]);
    expect(counts.plain).toBeGreaterThan(2000);
  });

  it('is nearly every rule that kube-proxy writes for a Service', () => {
    const text = `*nat
:KUBE-SERVICES - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-SVC-ABCDEFGHIJKLMNOP - [0:0]
:KUBE-SEP-ABCDEFGHIJKLMNOP - [0:0]
:KUBE-SEP-BCDEFGHIJKLMNOPQ - [0:0]
-A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m comment --comment "shop/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-ABCDEFGHIJKLMNOP
[12:720] -A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
-A KUBE-SVC-ABCDEFGHIJKLMNOP ! -s 10.244.0.0/16 -d 10.96.0.10/32 -p tcp -m comment --comment "shop/web:http cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ
-A KUBE-SVC-ABCDEFGHIJKLMNOP -m comment --comment "shop/web:http -> 10.244.0.5:8080" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-ABCDEFGHIJKLMNOP
-A KUBE-SVC-ABCDEFGHIJKLMNOP -j KUBE-SEP-BCDEFGHIJKLMNOPQ
-A KUBE-SEP-ABCDEFGHIJKLMNOP -s 10.244.0.5/32 -m comment --comment shop/web -j KUBE-MARK-MASQ
-A KUBE-SEP-ABCDEFGHIJKLMNOP -p udp -m comment --comment shop/web -m udp -j DNAT --to-destination 10.244.0.5:8080
COMMIT
`;
    const counts = noneYet();
    compare(Buffer.from(text), counts, ['ipv4']);
    expect(counts).toMatchObject({ rules: 7, plain: 7, unlike: [] });
    const v6 = text
      .replaceAll('10.96.0.10/32', 'fd00:96::a/128')
      .replaceAll('10.244.0.0/16', 'fd00:244::/56')
      .replaceAll('10.244.0.5/32', 'fd00:244::5/128')
      .replaceAll('-destination 10.244.0.5:8080', '-destination [fd00:244::5]:8080');
    compare(Buffer.from(v6), counts, ['ipv6']);
    expect(counts).toMatchObject({ rules: 14, plain: 14, unlike: [] });
  });

  it('asks the lists of session affinity, and nothing else is taken for one', () => {
    const own = '--name KUBE-SEP-ABCDEFGHIJKLMNOP --mask 255.255.255.255 --rsource';
    const read = (...matches: readonly string[]): Counts => {
      const counts = noneYet();
      const rules = matches.map((match) => `-A KUBE-SVC-A -m recent ${match} -j KUBE-SEP-A\n`).join('');
      compare(Buffer.from(`*nat\n:KUBE-SVC-A - [0:0]\n:KUBE-SEP-A - [0:0]\n${rules}COMMIT\n`), counts, [
        'ipv4',
        'ipv6',
      ]);
      return counts;
    };
    const usual = read(
      `--set ${own}`,
      `--rcheck --seconds 10800 --reap ${own}`,
      `--rcheck --seconds 4294967295 ${own}`,
      `--set ${own.replace('255.255.255.255', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')}`,
    );
    expect(usual).toMatchObject({ rules: 8, plain: 8, unlike: [] });
    const odd = read(
      `--rcheck --seconds 4294967296 ${own}`,
      `--rcheck --seconds 010 ${own}`,
      `--rcheck --seconds 0 ${own}`,
      `--rcheck --seconds -1 ${own}`,
      `--rcheck --seconds 1e3 ${own}`,
      `--rcheck ${own}`,
      `--rcheck --seconds 5 --hitcount 2 ${own}`,
      `--update --seconds 5 ${own}`,
      `--set ${own.replace('--rsource', '--rdest')}`,
      `--set ${own.replace('255.255.255.255', '255.255.255.256')}`,
      `--set ${own.replace('KUBE-SEP-ABCDEFGHIJKLMNOP', '-x')}`,
      `--set ${own.replace('KUBE-SEP-ABCDEFGHIJKLMNOP', '!x')}`,
      `--set ${own.replace('KUBE-SEP-ABCDEFGHIJKLMNOP', '"a b"')}`,
      `--set ${own} --rsource`,
      `! --set ${own}`,
    );
    expect(odd).toMatchObject({ rules: 30, plain: 0, unlike: [] });
  });
});
