import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Address, parseAddress } from '../../src/net/address.ts';
import { isWellKnown } from '../../src/redact/address-map.ts';
import { noteNetwork, noteRange } from '../../src/redact/note-rules.ts';
import { Renamer } from '../../src/redact/renamer.ts';
import { run } from '../cli/run-main.ts';
import { openCapture } from '../support/open-capture.ts';
import { questionsOf, redactFolder, shapeOf, writeFiles } from './compare.ts';

const DEMO = join(import.meta.dirname, '../../fixtures/demo');
const room = mkdtempSync(join(tmpdir(), 'kp-explain-ranges-'));
afterAll(() => rmSync(room, { recursive: true }));

/** The demo's node with rules in front of FORWARD, and sets. */
function captureWith(name: string, rules: readonly string[], sets = ''): string {
  const folder = join(room, name);
  cpSync(DEMO, folder, { recursive: true });
  const file = join(folder, 'iptables-save.txt');
  const text = readFileSync(file, 'utf8');
  const first = text.indexOf('-A FORWARD ');
  expect(first).toBeGreaterThan(0);
  writeFileSync(file, `${text.slice(0, first)}${rules.join('\n')}\n${text.slice(first)}`);
  if (sets !== '') writeFileSync(join(folder, 'ipset.txt'), sets);
  return folder;
}

function address(text: string): Address {
  const found = parseAddress(text);
  if (found === null) throw new Error(text);
  return found;
}

const drop = (side: 'src' | 'dst', range: string): string =>
  `-A FORWARD -m iprange --${side}-range ${range} -j DROP`;

/** Wide ranges as firewalls have them: everything, all but the private networks, and with odd ends. */
const CASES: readonly (readonly [string, readonly string[], string])[] = [
  ['one-wide-range', [drop('src', '10.0.0.0-192.168.255.255')], ''],
  ['everything', [drop('dst', '0.0.0.0-255.255.255.255')], ''],
  ['odd-ends', [drop('dst', '9.8.7.6-203.0.113.77'), drop('src', '11.22.33.44-99.88.77.66')], ''],
  [
    'not-private',
    ['1.0.0.0-9.255.255.255', '11.0.0.0-172.15.255.255', '172.32.0.0-192.167.255.255'].map((range) =>
      drop('src', range),
    ),
    '',
  ],
  [
    'wide-sets',
    ['-A FORWARD -m set --match-set wide dst -j DROP', '-A FORWARD -m set --match-set block dst -j DROP'],
    'create wide hash:net family inet hashsize 1024 maxelem 65536\nadd wide 0.0.0.0/1\nadd wide 128.0.0.0/2\nadd wide 10.0.0.0/8 nomatch\ncreate block bitmap:ip range 10.244.0.0-10.244.255.255\nadd block 10.244.1.7\n',
  ],
];

describe.each(CASES)('a capture with wide ranges: %s', (name, rules, sets) => {
  const folder = captureWith(name, rules, sets);

  it('keeps half of no address', async () => {
    const { renamer, pinned, problems } = await redactFolder(folder, 'a fixed key');
    expect(pinned).toEqual([]);
    expect([...renamer.halfKept()]).toEqual([]);
    const moved = [...renamer.renamedAddresses()].filter(([text, alias]) => text !== alias);
    expect(moved.length).toBeGreaterThan(50);
    expect(problems.list().filter(({ code }) => code === 'address-kept')).toEqual([]);
  });

  it('is traced as before', { timeout: 120_000 }, async () => {
    const { files, renamer } = await redactFolder(folder, 'a fixed key');
    const target = join(room, `${name}-redacted`);
    writeFiles(target, files);
    const before = (await openCapture(folder)).capture;
    const after = (await openCapture(target)).capture;
    // Where an address that the capture does not have would lie, a wide range cannot tell any more.
    const known = new Set([...renamer.renamedAddresses().keys(), '127.0.0.1']);
    const questions = (await questionsOf(before, 36)).filter(({ address }) => known.has(address));
    expect(questions.length).toBeGreaterThan(24);
    for (const question of questions) {
      const expected = await shapeOf(before, question);
      const moved = { ...question, address: renamer.address(question.address) ?? '' };
      expect([question, await shapeOf(after, moved)]).toEqual([question, expected]);
    }
  });
});

describe('a range', () => {
  const TEXTS = [
    ...[
      '10.0.0.5',
      '10.9.8.17',
      '10.9.8.200',
      '10.10.0.1',
      '10.244.3.4',
      '100.64.0.9',
      '172.16.3.2',
      '8.8.8.8',
    ],
    ...[
      '9.8.7.6',
      ...['0.0.0.0', '127.0.0.1', '169.254.1.1', '224.0.0.1', '255.255.255.255'],
      '192.168.1.1',
      '203.0.113.9',
      '198.51.100.3',
      '99.1.2.3',
      '1.1.1.1',
      '10.9.8.16',
      '10.9.8.18',
    ],
  ];
  const known = TEXTS.map(address).filter(({ family, value }) => !isWellKnown(family, value));

  it.each([
    '10.9.8.17-10.9.8.200',
    '10.9.8.17-10.10.0.0',
    '9.0.0.0-10.255.255.255',
    '10.0.0.0-203.0.113.9',
    '5.0.0.0-203.255.255.255',
    '8.8.8.9-99.1.2.2',
    '1.1.1.1-1.1.1.1',
    '0.0.0.0-255.255.255.255',
    '127.0.0.1-192.168.1.0',
  ])('%s holds the same addresses under any key', (range) => {
    const [from = '', to = ''] = range.split('-');
    for (let key = 0; key < 40; key++) {
      const renamer = new Renamer(`key ${key}`, known);
      noteRange(range, renamer);
      const [first, last] = (renamer.range(range) ?? '').split('-').map((text) => address(text).value);
      for (const each of TEXTS.map(address)) {
        const inside = each.value >= address(from).value && each.value <= address(to).value;
        const { value } = renamer.addresses.rename(each);
        expect(first !== undefined && last !== undefined && value >= first && value <= last).toBe(inside);
      }
    }
  });

  it('within a small network still holds the same addresses, known or not', () => {
    const renamer = new Renamer('key');
    noteRange('10.9.8.17-10.9.9.200', renamer);
    const [first, last] = (renamer.range('10.9.8.17-10.9.9.200') ?? '')
      .split('-')
      .map((text) => address(text).value);
    const start = address('10.9.8.0').value;
    for (let host = 0n; host < 512n; host++) {
      const { value } = renamer.addresses.rename({ family: 'ipv4', value: start + host });
      const inside = first !== undefined && last !== undefined && value >= first && value <= last;
      expect(inside).toBe(host >= 17n && host <= 456n);
    }
  });
});

describe('Where are the first and the last address of a network afterwards?', () => {
  it.each<[text: string, linked: boolean, kept: bigint]>([
    ['10.244.1.0/24', false, 8n],
    ['10.244.1.0/24', true, 8n],
    ['172.16.0.0/12', true, 20n],
    // What is below half of the address is kept of a network that no link has.
    ['172.16.0.0/12', false, 16n],
    ['fd00:10:244:1::/64', false, 64n],
    ['fd00::/16', false, 96n],
  ])('of %s (a link has it: %s) at the first and last of %i bits', (text, linked, hostBits) => {
    const [network = '', length = ''] = text.split('/');
    const { family, value } = address(network);
    const last = value | ((1n << BigInt((family === 'ipv4' ? 32 : 128) - Number(length))) - 1n);
    const ends = (1n << hostBits) - 1n;
    for (let key = 0; key < 40; key++) {
      const renamer = new Renamer(`key ${key}`);
      noteNetwork(text, renamer, linked);
      expect(renamer.addresses.rename({ family, value }).value & ends).toBe(0n);
      expect(renamer.addresses.rename({ family, value: last }).value & ends).toBe(ends);
    }
  });
});

describe('where a wide range ends beside known addresses', () => {
  const folder = captureWith('beside', [
    drop('dst', '10.9.8.17-200.1.2.3'),
    drop('dst', '10.9.8.0-10.9.8.16'),
  ]);

  it('nothing is written, and the addresses are named; --force writes it and says so', async () => {
    const { files } = await redactFolder(folder);
    expect(files.length).toBeGreaterThan(0);
    const target = join(room, 'out');
    writeFileSync(
      join(folder, 'conntrack.txt'),
      'tcp      6 7 TIME_WAIT src=10.9.8.16 dst=10.9.8.18 sport=1 dport=80 src=10.9.8.18 dst=10.9.8.16 sport=80 dport=1 [ASSURED] mark=0 use=1\n',
    );
    const refused = await run(['capture', '-w', target, '--redact', '-f', folder]);
    expect([refused.status, existsSync(target)]).toEqual([2, false]);
    expect(refused.err).toMatch(/addresses keep their first half.*10\.9\.8\.1[678].*--force/);
    const forced = await run(['capture', '-w', target, '--redact', '--force', '-f', folder, '-o', 'json']);
    expect([forced.status, existsSync(target)]).toEqual([0, true]);
    expect(JSON.parse(forced.out)).toMatchObject({
      problems: expect.arrayContaining([expect.objectContaining({ code: 'address-kept' })]),
    });
  });
});
