import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { collectFlows } from '../../src/capture/live/collect-host.ts';
import { Collector } from '../../src/capture/live/collector.ts';
import { growthBetween } from '../../src/capture/live/counter-growth.ts';
import { localPlace } from '../../src/capture/live/local-place.ts';
import type { Place } from '../../src/capture/live/place.ts';
import { FLOW_STATS } from '../../src/capture/live/probes.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { DEMO, OUTPUTS, PLAIN } from './cluster.ts';
import { clustersLike } from './clusters.ts';

const DUMP = readFileSync(join(DEMO, 'iptables-save.txt'), 'utf8');
const RULE = /^\[\d+:\d+\] (?=-A KUBE-F[A-Z]+ -m conntrack --ctstate INVALID)/m;
const first = DUMP.replace(RULE, '[7:420] ');
const second = DUMP.replace(RULE, '[27:1620] ');
const line = first.split('\n').findIndex((text) => text.startsWith('[7:420] ')) + 1;

const cluster = clustersLike({
  ...PLAIN,
  podPrograms: [...PLAIN.podPrograms, 'sh', 'cat'],
  outputs: {
    ...OUTPUTS,
    'iptables-save -c': [{ out: first }, { out: second }],
    'conntrack -S': [
      { out: 'cpu=0 found=0 insert_failed=5\ncpu=1 found=0 insert_failed=1\n' },
      { out: 'cpu=0 found=3 insert_failed=5\ncpu=1 found=0 insert_failed=1\n' },
    ],
  },
});

const NODE = ['--node', 'node-1', '--via', 'exec', '--no-api', '--sample', '0.5'];

describe('which counters grow while one looks?', () => {
  it('is told by findings, of rules and of conntrack', () => {
    expect(line).toBeGreaterThan(0);
    const { out, err } = cluster().run('check', ...NODE, '--only', 'KP112,KP113', '-o', 'json');
    const messages = JSON.parse(out).findings.map(({ message }: { message: string }) => message);
    expect(messages, err).toEqual([
      expect.stringMatching(/^KUBE-FORWARD has dropped 7 ipv4 packets .*, [\d.]+\/s now$/),
      expect.stringMatching(/^conntrack dropped 6 packets \(none in the last [\d.]+ s\) because/),
    ]);
  });

  it('and by conntrack', () => {
    const { out, err } = cluster().run('conntrack', ...NODE, '--detail', 'full');
    expect(out, err).toMatch(
      /conntrack -S, counted since the node started\n\s+insert_failed 6 \(none in the last [\d.]+ s\)/,
    );
  });

  it('is kept in a capture, and in one with new names', () => {
    const node = cluster();
    const run = node.run('capture', '-w', 'cap', ...NODE);
    expect(run.status, run.err).toBe(0);
    const sample = JSON.parse(readFileSync(join(node.work, 'cap/counters.json'), 'utf8'));
    expect(sample.rules[0]).toMatchObject({
      family: 'ipv4',
      backend: 'iptables-nft',
      grown: [[line, 20]],
      unknown: [],
    });
    expect(sample.conntrack.grown).toEqual({ found: 3, insert_failed: 0 });
    node.run('capture', '-w', 'new', '-f', 'cap', '--redact', '--force');
    const said = (folder: string) =>
      JSON.parse(node.run('check', folder, '--only', 'KP112,KP113', '-o', 'json').out).findings.map(
        ({ message }: { message: string }) => message,
      );
    expect(said('cap')).toHaveLength(2);
    expect(said('new')).toEqual(said('cap'));
  });

  it('is nothing where it was not asked for, and then the advice is to look twice', () => {
    const { out } = cluster().run('check', ...NODE.slice(0, -2), '--only', 'KP112', '-o', 'json');
    const [{ message, advice }] = JSON.parse(out).findings;
    expect(message).toContain('conntrack dropped 6 packets because');
    expect(advice).toContain('take conntrack -S twice');
  });

  it('--show-commands says what is run once more', () => {
    const { out } = cluster().run('check', ...NODE, '--show-commands');
    const [, after = ''] = out.split('# and 0.5 s later once more');
    const lines = after.split('\n').slice(1, -1);
    expect(lines.map((line) => line.replace(/^.* -- /, '').replace(/ {2}# only .*/, ''))).toEqual([
      'iptables-nft-save -c',
      'ip6tables-nft-save -c',
      'iptables-save -c',
      'ip6tables-save -c',
      'iptables-legacy-save -c',
      'ip6tables-legacy-save -c',
      'conntrack -S',
    ]);
    // The other backend's only where a node has both.
    expect(lines.filter((line) => line.includes('# only '))).toHaveLength(4);
  });

  it.each([
    [['check', 'cap', '--sample', '5'], 'a capture has what was sampled'],
    [['check', '--demo', '--sample', '5'], 'cannot be used with'],
    [['check', '--sample', '0'], 'Say seconds'],
  ])('%j is refused', (args, words) => {
    const { status, err } = cluster().run(...args);
    expect(status).toBe(2);
    expect(err).toContain(words);
  });
});

describe('what counted between two dumps?', () => {
  const dump = (...lines: readonly string[]): string => ['*nat', ...lines, 'COMMIT', ''].join('\n');

  it('rules and policies, by the lines of the first', () => {
    const before = dump(':INPUT DROP [13:1]', ':A - [0:0]', '[1:1] -A A -j B', '[2:1] -A A -j C');
    const after = dump(':INPUT DROP [14:1]', ':A - [0:0]', '[1:1] -A A -j B', '[9:1] -A A -j C');
    expect(growthBetween(before, after)).toEqual({
      grown: [
        [2, 1],
        [5, 7],
      ],
      unknown: [],
    });
  });

  it.each([
    ['a chain that was written anew', '[5:1] -A A -j C', [3, 4]],
    ['a counter that went back', '[0:0] -A A -j B', [4]],
    ['a rule without a counter', '-A A -j B', [4]],
    ['a chain that is gone', '', [3, 4]],
  ])('of %s nothing is known', (_, rule, unknown) => {
    const before = dump(':X - [0:0]', ':A - [0:0]', '[1:1] -A A -j B');
    const lines = rule === '' ? [':X - [0:0]'] : [':X - [0:0]', ':A - [0:0]', rule];
    expect(growthBetween(before, dump(...lines))).toEqual({ grown: [], unknown });
  });

  it('chains of one name in two tables are two', () => {
    const two = (count: number): string =>
      `*nat\n:A - [0:0]\n[1:1] -A A -j B\nCOMMIT\n*raw\n:A - [0:0]\n[${count}:1] -A A -j B\nCOMMIT\n`;
    expect(growthBetween(two(1), two(4))).toEqual({ grown: [[7, 3]], unknown: [] });
  });
});

describe('since when did a counter grow?', () => {
  it('since it came, and not since the slow listing beside it did', async () => {
    const { signal } = new AbortController();
    const run: Place['run'] = async (argv) => {
      await pause(argv.includes('-L') ? 600 : 0);
      const stdout = Buffer.from('cpu=0 found=0\n');
      return { argv, stdout, lastWords: '', exitStatus: 0, failure: null, durationMs: 0 };
    };
    const collector = new Collector({ ...localPlace(signal), run }, new ProblemList(), () => {});
    await collectFlows(collector);
    expect(collector.secondsSince(FLOW_STATS.file)).toBeGreaterThanOrEqual(0.5);
  });
});
