import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { LIMITS } from '../../src/capture/limits.ts';
import { readSources } from '../../src/capture/read-sources.ts';
import { ProblemList } from '../../src/problems/problem.ts';

const NAMES = ['iptables-save.txt', 'ip6tables-save.txt', 'conntrack.txt', 'ipset.txt', 'sysctl.txt'];
const PIECE = 200_000;
const SMALL = { ...LIMITS, totalBytes: 500_000 };
const text = '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n'.padEnd(PIECE, '\n');
const none = (): AsyncIterable<Buffer> => {
  throw new Error('standard input was not asked for');
};

/** A tar of files that are packed each for itself; the builder of tests takes text alone. */
function packedTar(): Buffer {
  const blocks = NAMES.map((name) => {
    const body = gzipSync(text);
    const block = Buffer.alloc(512);
    block.write(`capture/${name}`, 0);
    block.write('0000644\0', 100);
    block.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
    block.write('0', 156);
    block.write('ustar\x0000', 257);
    block.fill(0x20, 148, 156);
    const sum = block.reduce((all, byte) => all + byte, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return Buffer.concat([block, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

it('does the limit hold for all packed members of an archive together?', async () => {
  async function* bytes(): AsyncIterable<Buffer> {
    yield packedTar();
  }
  await expect(readSources(['-'], bytes, new ProblemList(), SMALL)).rejects.toMatchObject({
    code: 'too-large',
  });
});

it.each([
  ['plain', '', (body: string) => body],
  ['packed', '.gz', (body: string) => gzipSync(body)],
] as const)('does it hold for all %s files of a folder together?', async (_how, ending, pack) => {
  const folder = mkdtempSync(join(tmpdir(), 'kp-bounds-'));
  try {
    for (const name of NAMES) writeFileSync(join(folder, name + ending), pack(text));
    const problems = new ProblemList();
    const sources = await readSources([folder], none, problems, SMALL);
    expect(sources.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(SMALL.totalBytes);
    expect(problems.list().map(({ code }) => code)).toContain('too-large');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it.each([
  ['zeros', () => Buffer.alloc(50_000)],
  ['blanks', () => Buffer.alloc(50_000, ' ')],
  ['text of nobody', () => Buffer.alloc(50_000, 'lorem ipsum\n')],
])('is a stream of %s given up before the whole limit?', async (_what, piece) => {
  let read = 0;
  async function* endless(): AsyncIterable<Buffer> {
    for (; read < 400_000_000; read += 50_000) yield piece();
  }
  const limits = { ...LIMITS, strayFileBytes: 1_000_000 };
  await expect(readSources(['-'], endless, new ProblemList(), limits)).rejects.toMatchObject({
    code: 'too-large',
  });
  expect(read).toBeLessThan(2_000_000);
});

it('is a long listing that can be read not given up there?', async () => {
  async function* long(): AsyncIterable<Buffer> {
    yield Buffer.from('*filter\n:INPUT ACCEPT [0:0]\n');
    for (let at = 0; at < 40; at++) yield Buffer.from('-A INPUT -j ACCEPT\n'.repeat(2_000));
  }
  const limits = { ...LIMITS, strayFileBytes: 1_000_000 };
  const [source] = await readSources(['-'], long, new ProblemList(), limits);
  expect(source?.size).toBeGreaterThan(1_000_000);
});
