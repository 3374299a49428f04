import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { noTerminal } from '../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'kp-explain-outputs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ROOT = join(import.meta.dirname, '../..');

/** Runs a shell's command line where `K` is the built program. */
function shell(line: string): { status: number | null; out: string; err: string } {
  const K = `${process.execPath} ${join(ROOT, 'bin/kp-explain.cjs')}`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `set -o pipefail; ${line}`], {
    cwd: ROOT,
    env: { ...process.env, K, NO_COLOR: '1' },
    encoding: 'utf8',
  });
  return { status, out: stdout, err: stderr };
}

const FULL = 'error: cannot write standard output: no space left on device (ENOSPC)\n';

describe.skipIf(!existsSync('/dev/full'))('Is an output that cannot be written told apart from a no?', () => {
  it.each([
    '$K trace shop/web --demo',
    '$K check --demo',
    '$K check --demo -o json',
    '$K services --demo -o yaml',
    '$K --help',
    '$K trace --help',
    '$K --version',
    '$K completion bash',
  ])('%s > /dev/full is one line and status 74', (line) => {
    const { status, err } = shell(`${line} > /dev/full`);
    expect(err).toContain(FULL);
    expect(err.replace(FULL, '')).not.toMatch(/error|at .*\.(?:cjs|js|ts)|bug/);
    expect(status).toBe(74);
  });

  it('keeps the status of an error, which says more', () => {
    const { status, err } = shell('$K trace shop/nosuch --demo > /dev/full');
    expect(err).toMatch(/^error: no Service shop\/nosuch/);
    expect(status).toBe(2);
  });

  it('counts what would have been said on standard error', () => {
    const notes = '$K services -f fixtures/listings/ipv4-nat-L.txt';
    expect(shell(notes).err).toMatch(/^note: /);
    expect(shell(`${notes} 2> /dev/full > /dev/null`).status).toBe(74);
    expect(shell('$K trace shop/web --demo 2> /dev/full > /dev/null').status).toBe(0);
    expect(shell('$K trace shop/nosuch --demo 2> /dev/full').status).toBe(2);
    expect(shell('$K check --demo > /dev/full 2>&1').status).toBe(74);
  });
});

describe('Does a closed pipe keep the status, and say nothing?', () => {
  it.each([
    ['$K check --demo | true', 1],
    ['$K check --demo -o json | head -c 1 > /dev/null', 1],
    ['$K trace shop/web --demo | true', 0],
    ['$K trace shop/nosuch --demo | true', 2],
    ['$K --help | true', 0],
  ])('%s', (line, status) => {
    const run = shell(line);
    expect(run.status).toBe(status);
    expect(run.err).not.toMatch(/EPIPE|cannot write|at .*\.(?:cjs|js|ts)|bug/);
  });

  it('also of standard error', () => {
    expect(shell('$K check --demo 2>&1 > /dev/null | true').status).toBe(1);
  });
});

describe.skipIf(noTerminal !== null)(
  `A terminal that is gone${noTerminal === null ? '' : `: ${noTerminal}`}`,
  () => {
    /** Closes the terminal of a run in the background, which no signal reaches, while it reads standard input. */
    const script = `
import os, pty, subprocess, sys, time
master, slave = pty.openpty()
out = open(sys.argv[1], 'wb') if sys.argv[1] else slave
child = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=out, stderr=slave)
os.close(slave)
time.sleep(2)
os.close(master)
child.stdin.write(open('fixtures/demo/iptables-save.txt', 'rb').read())
child.stdin.close()
print(child.wait())
`;
    it.each([
      ['standard error alone', join(folder, 'answer')],
      ['both outputs', ''],
    ])('%s: ends as hung up, with no abort and no trace of a stack', (_, file) => {
      const args = [
        process.execPath,
        'bin/kp-explain.cjs',
        'trace',
        '10.96.10.1:80',
        '--detail',
        'answer',
        '-f',
        '-',
      ];
      const run = spawnSync('python3', ['-c', script, file, ...args], { cwd: ROOT, encoding: 'utf8' });
      expect(run.stdout.trim(), run.stderr).toBe('-1');
      if (file !== '') expect(readFileSync(file, 'utf8')).toContain('ACCEPT');
    });
  },
);
