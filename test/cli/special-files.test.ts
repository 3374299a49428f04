import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'kp-explain-special-'));
const ROOT = join(import.meta.dirname, '../..');

/** Runs the built program; what waits for a pipe, or reads a device without an end, is killed and has no status. */
function kp(...argv: readonly string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--max-old-space-size=400', join(ROOT, 'bin/kp-explain.cjs'), ...argv],
    { cwd: ROOT, encoding: 'utf8', timeout: 20_000 },
  );
  return { status, out: stdout, err: stderr };
}

/** A capture folder with a file in it that is none. */
function captureWith(file: string, kind: 'pipe' | 'device'): string {
  const path = mkdtempSync(join(folder, 'capture-'));
  copyFileSync(join(ROOT, 'fixtures/demo/iptables-save.txt'), join(path, 'iptables-save.txt'));
  if (kind === 'pipe') spawnSync('mkfifo', [join(path, file)]);
  else symlinkSync('/dev/zero', join(path, file));
  return path;
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const KINDS = ['pipe', 'device'] as const;

describe.skipIf(!existsSync('/dev/zero'))('Does a file that never ends hold up an answer?', () => {
  it.each(KINDS)('not a capture.json that is a %s', (kind) => {
    const { status, out } = kp('trace', '10.96.0.1:443', '-f', captureWith('capture.json', kind));
    expect(status).toBe(0);
    expect(out).toContain('default/kubernetes');
  });

  it.each(KINDS)('not an ip-addr.json of one of several nodes that is a %s', (kind) => {
    const nodes = ['a', 'b'].map((name) => {
      const path = captureWith('ip-addr.json', kind);
      writeFileSync(join(path, 'capture.json'), JSON.stringify({ kind: 'CaptureManifest', node: name }));
      return path;
    });
    expect(kp('trace', '10.96.0.1:443', ...nodes.flatMap((path) => ['-f', path])).status).toBe(0);
  });

  it.each(KINDS)('not completion from a services.json that is a %s', (kind) => {
    const { status, out } = kp('__complete', 'trace', '-f', captureWith('services.json', kind), '');
    expect([status, out]).toEqual([0, ':4\n']);
  });

  it('not completion from a kubeconfig that is a device', () => {
    const { status, out } = kp('__complete', 'trace', '--kubeconfig', '/dev/zero', '--context', '');
    expect([status, out]).toEqual([0, ':4\n']);
  });

  it('not expectations that are a device', () => {
    const { status, err } = kp('check', '--demo', '--expect', '/dev/zero');
    expect(status).toBe(2);
    expect(err).toContain('larger than 16 MiB');
  });

  it('reads expectations from a pipe of the shell', () => {
    const text = 'apiVersion: kp-explain/v1\\nkind: Expectations\\npackets: []\\n';
    const line = `printf '${text}' | ${process.execPath} bin/kp-explain.cjs check --demo --expect /dev/stdin`;
    const { stderr } = spawnSync('bash', ['-c', line], { cwd: ROOT, encoding: 'utf8' });
    expect(stderr).not.toContain('error');
  });
});

describe('Does a report in a file of its own write where nobody asked?', () => {
  const target = join(folder, 'reports');
  beforeAll(() => mkdirSync(target));

  it('keeps what an old report lets others read', () => {
    const file = join(target, 'old.sarif');
    writeFileSync(file, 'old', { mode: 0o600 });
    kp('check', '--demo', '-o', `sarif=${file}`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain('"runs"');
    expect(readdirSync(target)).toEqual(['old.sarif']);
  });

  it('takes - for no name of a file', () => {
    const { status, err } = kp('check', '--demo', '-o', 'sarif=-');
    expect(status).toBe(2);
    expect(err).toContain('Say FORMAT=FILE');
  });
});

describe('Does completion offer a name that is an option?', () => {
  it('leaves it out', () => {
    const path = mkdtempSync(join(folder, 'names-'));
    const items = ['--kubeconfig=x', 'web'].map((name) => ({ metadata: { name } }));
    writeFileSync(join(path, 'services.json'), JSON.stringify({ items }));
    expect(kp('__complete', 'services', '-f', path, '').out).toBe('web\tService\n:4\n');
  });
});
