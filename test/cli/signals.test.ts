import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Heard, hear } from '../support/hear.ts';
import { noTerminal, runOnTerminal } from '../support/terminal.ts';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'bin/kp-explain.cjs');
const OLD = join(ROOT, 'fixtures/kube-proxy-1.20-legacy');
const DEMO = join(ROOT, 'fixtures/demo');

/** A minute of computing: two nodes that have nothing in common. */
const LONG = ['diff', DEMO, OLD, '--budget', '999999999'];

const folder = mkdtempSync(join(tmpdir(), 'kp-explain-signals-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ending extends Heard {
  readonly seconds: number;
}

/** Interrupts a program that computes: `computing` tells when it does. */
async function interrupt(
  argv: readonly string[],
  signal: NodeJS.Signals,
  computing: (child: ChildProcess) => Promise<unknown>,
  pidOf: (child: ChildProcess) => number = ({ pid = 0 }) => pid,
): Promise<Ending> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const { ended } = hear(child);
  await computing(child);
  const start = performance.now();
  // Where it ended before, the status will tell.
  if (child.exitCode === null) process.kill(pidOf(child), signal);
  return { ...(await ended), seconds: (performance.now() - start) / 1000 };
}

const soon = (ms: number) => async (): Promise<void> =>
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

describe('Does a signal end the program while it computes?', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends diff within half a second, with status %i', async (signal, status) => {
    const ending = await interrupt([process.execPath, PROGRAM, ...LONG], signal, soon(2500));
    expect(ending).toMatchObject({ status, out: '', err: '' });
    expect(ending.seconds).toBeLessThan(0.5);
  });

  it('and check, which must not say that the answer is no', async () => {
    const nodes = Array.from({ length: 60 }, (_, index) => {
      const path = join(folder, `node-${index}`);
      cpSync(OLD, path, { recursive: true });
      return path;
    });
    const ending = await interrupt([process.execPath, PROGRAM, 'check', ...nodes], 'SIGINT', soon(2500));
    expect(ending).toMatchObject({ status: 130, err: '' });
    // Some may be told before, but not what came of all.
    expect(ending.out).not.toContain('60 captures');
    expect(ending.seconds).toBeLessThan(0.5);
  });

  const alone = spawnSync('unshare', ['-pf', '--mount-proc', 'true']).status === 0;
  it.skipIf(!alone).each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'also as the first process of a container, which hears no %s of itself',
    async (signal, status) => {
      const argv = ['unshare', '-pf', '--mount-proc', '--kill-child', process.execPath, PROGRAM, ...LONG];
      const ending = await interrupt(argv, signal, soon(2500), ({ pid }) =>
        Number(spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout),
      );
      expect(ending.status, ending.err).toBe(status);
      expect(ending.seconds).toBeLessThan(0.5);
    },
  );
});

describe('Does an interrupt leave nothing of a capture behind?', () => {
  it.each(['copy', 'copy.tar.gz'])('%s', async (name) => {
    const argvTo = (path: string): string[] => [
      process.execPath,
      PROGRAM,
      'capture',
      '-f',
      DEMO,
      '--redact',
      '-w',
      path,
    ];
    const start = performance.now();
    const [program = '', ...args] = argvTo(join(folder, name));
    expect(spawnSync(program, args).status).toBe(0);
    const whole = performance.now() - start;
    const endings: (number | null)[] = [];
    for (const share of [0.3, 0.5, 0.6, 0.7, 0.8, 0.9]) {
      const work = mkdtempSync(join(folder, 'work-'));
      const { status, seconds, err } = await interrupt(
        argvTo(join(work, name)),
        'SIGINT',
        soon(share * whole),
      );
      endings.push(status);
      expect(seconds).toBeLessThan(0.5);
      // It may be there already; half of it never is, under no name.
      expect([[], [name]], err).toContainEqual(readdirSync(work));
      if (status !== 130) expect([status, readdirSync(work)]).toEqual([0, [name]]);
    }
    expect(endings).toContain(130);
  });
});

describe.skipIf(noTerminal !== null)(`On a terminal${noTerminal === null ? '' : `: ${noTerminal}`}`, () => {
  it('does a line tell that it computes, and does Ctrl-C end that?', async () => {
    const { screen, status, seconds } = await runOnTerminal(LONG, /comparing/, 'ctrl-c');
    expect(screen).toBe('\r\x1b[Kcomparing …^C');
    expect(status).toBe(130);
    expect(seconds).toBeLessThan(0.5);
  });

  it('is the line gone before the answer?', async () => {
    const { screen, status } = await runOnTerminal(['diff', DEMO, OLD, '--budget', '200']);
    expect(screen).toMatch(/^\r\x1b\[Kcomparing …/);
    expect(screen).toMatch(/…\r\x1b\[KBEHAVIOUR CHANGED/);
    expect(screen.match(/comparing …/g)?.length).toBeGreaterThan(0);
    expect(status).toBe(1);
  });

  it('does what takes no second say nothing of it?', async () => {
    const { screen, status } = await runOnTerminal(['--version']);
    expect(screen).toMatch(/^\d+\.\d+\.\d+\S*\r\n$/);
    expect(status).toBe(0);
    expect((await runOnTerminal(['trace', 'shop/nosuch', '--demo'])).screen).toMatch(/^error: no Service/);
  });

  it('does a terminal that is taken away end it, and with no abort?', async () => {
    const { status, seconds } = await runOnTerminal(LONG, /comparing/, 'close');
    expect(status).toBe(129);
    expect(seconds).toBeLessThan(0.5);
  });
});
