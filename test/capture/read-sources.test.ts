import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/capture/limits.ts';
import { readSources } from '../../src/capture/read-sources.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { toldAll } from '../../src/problems/told-problem.ts';
import { tar } from './tar-builder.ts';

const RULES = '*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kp-explain-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

async function read(
  files: readonly string[],
  stdin = Buffer.alloc(0),
  limits = LIMITS,
): Promise<{ texts: Record<string, string>; problems: string[] }> {
  const problems = new ProblemList();
  const sources = await readSources(files, () => pieces(stdin), problems, limits);
  const texts = sources.map(({ name, bytes }): [string, string] => [
    name.replace(`${folder}/`, ''),
    bytes.toString('utf8'),
  ]);
  return { texts: Object.fromEntries(texts), problems: toldAll(problems.list()).map(({ code }) => code) };
}

async function* pieces(bytes: Buffer): AsyncIterable<Buffer> {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
}

describe('reading a folder', () => {
  it('takes the files of the contract, xt_recent/ and nothing else from a capture folder', async () => {
    put('iptables-save.txt', RULES);
    put('notes.txt', 'not ours');
    put('xt_recent/KUBE-SEP-A', 'src=10.0.0.1 ttl: 64 last_seen: 1 oldest_pkt: 1 1\n');
    put('formats/conntrack.txt', 'x');
    const { texts } = await read([folder]);
    expect(Object.keys(texts).map((name) => name.replace(`${folder}/`, ''))).toEqual([
      'iptables-save.txt',
      'xt_recent/KUBE-SEP-A',
    ]);
  });

  it('takes every file from a folder whose names it does not know', async () => {
    put('my-rules', RULES);
    put('flows', 'tcp 6 1 SYN_SENT src=1.1.1.1 dst=2.2.2.2');
    put('.hidden', 'x');
    expect(Object.keys((await read([folder])).texts)).toEqual(['flows', 'my-rules']);
  });

  it('names the captures below a folder that is none itself', async () => {
    put('before/iptables-save.txt', RULES);
    put('after/iptables-save.txt', RULES);
    await expect(read([folder])).rejects.toThrow(/-f .*\/after or -f .*\/before/);
  });

  it('reads a gzipped file of the contract', async () => {
    put('iptables-save.txt.gz', gzipSync(RULES));
    expect(Object.values((await read([folder])).texts)).toEqual([RULES]);
  });
});

describe('reading an archive', () => {
  const archive = tar([
    { name: './', type: '5' },
    { name: './node-1/iptables-save.txt', body: RULES },
    { name: './node-1/xt_recent/KUBE-SEP-A', body: '' },
    { name: './node-1/formats/iptables-save.txt', body: 'no' },
    { name: './node-1/._iptables-save.txt', body: 'resource fork' },
    { name: '../../etc/passwd', body: 'no' },
    { name: 'link', type: '2' },
  ]);

  it.each([
    ['tar', archive],
    ['tar.gz', gzipSync(archive)],
    ['named otherwise', gzipSync(archive)],
  ])('finds the capture in a %s and writes nothing to disk', async (name, bytes) => {
    const path = put(name, bytes);
    const { texts, problems } = await read([path]);
    expect(texts).toEqual({ [`${name}/iptables-save.txt`]: RULES, [`${name}/xt_recent/KUBE-SEP-A`]: '' });
    expect(problems).toEqual([]);
  });

  it('reads one from standard input', async () => {
    expect((await read(['-'], gzipSync(archive))).texts['stdin/iptables-save.txt']).toBe(RULES);
  });

  it('refuses to mix two captures', async () => {
    const both = put(
      'x.tar',
      tar([
        { name: 'before/iptables-save.txt', body: RULES },
        { name: 'after/iptables-save.txt', body: RULES },
      ]),
    );
    await expect(read([both])).rejects.toThrow(/several captures \(before, after\)/);
  });

  it('uses the first part of a gzip stream that was cut', async () => {
    const rules = `${RULES}${'# filler\n'.repeat(20_000).replace(/l/g, () => String(Math.random()))}`;
    const bytes = gzipSync(tar([{ name: 'iptables-save.txt', body: rules }]));
    const { texts, problems } = await read([put('cut.tar.gz', bytes.subarray(0, bytes.length / 2))]);
    expect(texts['cut.tar.gz/iptables-save.txt']?.startsWith(RULES)).toBe(true);
    expect(problems).toContain('truncated');
  });

  it('uses what came before damage', async () => {
    const bytes = gzipSync(tar([{ name: 'iptables-save.txt', body: RULES }]));
    bytes.fill(0xff, bytes.length - 20, bytes.length - 10);
    expect((await read([put('bad.tgz', bytes)])).problems.length).toBeGreaterThan(0);
  });
});

describe('reading single files', () => {
  it('unpacks a gzipped file', async () => {
    expect((await read([put('save.gz', gzipSync(RULES))])).texts).toEqual({ 'save.gz': RULES });
  });

  it('reads what PowerShell saves: UTF-16 with CRLF', async () => {
    const utf16 = Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from(RULES.replaceAll('\n', '\r\n'), 'utf16le'),
    ]);
    expect((await read([put('rules.txt', utf16)])).texts).toEqual({ 'rules.txt': RULES });
  });

  it('reads standard input once, even when named twice', async () => {
    expect((await read(['-', '-'], Buffer.from(RULES))).texts).toEqual({ stdin: RULES });
  });

  it('says which file is missing and what would do', async () => {
    await expect(read([join(folder, 'nothing')])).rejects.toMatchObject({
      code: 'no-such-file',
      exitStatus: 2,
      message: expect.stringMatching(/nothing: there is no such file or folder; -f takes a capture folder/),
    });
  });

  it('stops a decompression bomb at the limit', async () => {
    const bomb = put('bomb.gz', gzipSync(Buffer.alloc(5_000_000)));
    await expect(read([bomb], Buffer.alloc(0), { ...LIMITS, totalBytes: 1_000_000 })).rejects.toThrow(
      /bomb\.gz is larger than 977 KiB once unpacked/,
    );
    const tarBomb = put(
      'bomb.tar.gz',
      gzipSync(tar([{ name: 'iptables-save.txt', body: '#'.repeat(2_000_000) }])),
    );
    await expect(read([tarBomb], Buffer.alloc(0), { ...LIMITS, totalBytes: 1_000_000 })).rejects.toThrow(
      /larger/,
    );
  });
});

describe('Are the colours of a terminal part of the text?', () => {
  const COLOURED = ':\x1b[01;31m\x1b[KFORWARD\x1b[m\x1b[K DROP [12:720]\n\x1b[32mCOMMIT\x1b[0m\n';

  it('no, in a file and on standard input', async () => {
    const plain = ':FORWARD DROP [12:720]\nCOMMIT\n';
    const { texts } = await read([put('a', COLOURED), '-'], Buffer.from(COLOURED));
    expect(texts).toEqual({ a: plain, stdin: plain });
  });

  it('no, far behind the beginning', async () => {
    const rules = '-A FORWARD -j ACCEPT\n'.repeat(5000);
    const { texts } = await read([put('a', rules + COLOURED)]);
    expect(texts.a).not.toContain('\x1b');
  });

  it('what is never taken back is somebody’s own text', async () => {
    const text = '-A FORWARD -m comment --comment "\x1b[31mx" -j ACCEPT\n';
    expect((await read([put('a', text)])).texts.a).toBe(text);
  });
});
