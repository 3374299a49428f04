import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckReport } from '../../../src/check/report.ts';
import { Blocks } from '../../../src/cli/fleet/blocks.ts';
import { CaptureChecker, type CheckOutcome } from '../../../src/cli/fleet/capture-checker.ts';
import { checkInThreads } from '../../../src/cli/fleet/check-threads.ts';
import { InOrder } from '../../../src/cli/fleet/in-order.ts';
import { SILENT_IO } from '../../../src/cli/io.ts';
import { main } from '../../../src/cli/main.ts';
import { Progress } from '../../../src/cli/progress.ts';
import { CHECK_FORMATS } from '../../../src/render/format.ts';
import { writeNode } from '../../connection/two-nodes.ts';
import { type Run, run } from '../run-main.ts';

const ROOT = join(import.meta.dirname, '../../..');
const FIXTURES = join(ROOT, 'fixtures');
const folder = mkdtempSync(join(tmpdir(), 'kp-explain-fleet-'));
const fleet = join(folder, 'fleet');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEAD = 'apiVersion: kp-explain/v1\nkind: Expectations\n';

/** Healthy, broken, unreadable, in each mode, with expectations right and wrong, and a cluster of its own among them. */
beforeAll(() => {
  // Nodes of one name are of several clusters, and connections are followed to none of them.
  const capture = (name: string, from: string) => {
    cpSync(join(FIXTURES, from), join(fleet, name), { recursive: true });
    const manifest = join(fleet, name, 'capture.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replaceAll('"node-1"', JSON.stringify(name)));
  };
  capture('a-ipvs', 'ipvs');
  capture('b-damaged', 'demo');
  writeFileSync(join(fleet, 'b-damaged/capture.json'), '{');
  capture('c-expects', 'demo');
  writeFileSync(
    join(fleet, 'c-expects/expect.yaml'),
    `${HEAD}packets:\n  - name: web\n    from: pod\n    to: shop/web\n    expect: { verdict: drop }\n`,
  );
  capture('d-mistaken', 'demo');
  writeFileSync(join(fleet, 'd-mistaken/expect.yaml'), `${HEAD}packet: []\n`);
  mkdirSync(join(fleet, 'e-empty'));
  writeFileSync(join(fleet, 'e-empty/capture.json'), '{}');
  writeFileSync(join(fleet, 'e-empty/iptables-save.txt'), '');
  capture('f-nftables', 'demo-nftables');
  writeNode(join(fleet, 'g-cluster'), 1, 2);
  writeNode(join(fleet, 'g-cluster'), 2, 2, {
    filter: ['-A FORWARD -s 10.244.2.5/32 -d 10.244.1.0/24 -j DROP'],
  });
});

const checkBy = async (count: number, ...args: readonly string[]): Promise<Run> =>
  await run(['check', fleet, '--concurrency', String(count), ...args]);

/** Without the time of the run. */
const timeless = (text: string) => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, 'TIME');

describe('Does check say the same of many captures, however many it checks at once?', () => {
  /** All formats from one run, each with what it calls its own time left out. */
  const everyFormat = async (count: number) => {
    const others = CHECK_FORMATS.filter((format) => format !== 'json');
    const pathOf = (format: string) => join(folder, `report-${count}.${format}`);
    const answer = await checkBy(
      count,
      '-o',
      'json',
      ...others.flatMap((one) => ['-o', `${one}=${pathOf(one)}`]),
    );
    const files = others.map((format) => timeless(readFileSync(pathOf(format), 'utf8')));
    return { answer, files };
  };

  it('in every format, with the same status', async () => {
    const alone = await everyFormat(1);
    expect(await everyFormat(3)).toEqual(alone);
    const { answer, files } = alone;
    expect(answer.status).toBe(2);
    // That is so of nothing, too.
    const { items, comparisons, problems } = JSON.parse(answer.out);
    expect([items.length, comparisons[0].nodes.length, problems.length]).toEqual([6, 2, 2]);
    const followed = items.filter(({ coverage }: CheckReport) => coverage.across !== null);
    expect(followed).toHaveLength(2);
    expect(files[0]).toContain('2 nodes of one cluster compared');
    expect(files[0]).toMatch(/^\d of 8 captures failed, 2 not checked$/m);
  });

  it('and of each capture what it says of it alone, though several have the same API objects', async () => {
    const together = JSON.parse((await checkBy(2, '-o', 'json')).out).items;
    for (const name of ['b-damaged', 'c-expects', 'f-nftables']) {
      const path = join(fleet, name);
      const alone = JSON.parse((await run(['check', path, '-o', 'json'])).out);
      expect(together.find(({ capture }: CheckReport) => capture.origin === path)).toEqual(alone);
    }
  });
});

describe('Is each report written as soon as those before it are?', () => {
  it('the same text in pieces, also from threads', async () => {
    const pieces = async (count: string) => {
      const told: string[] = [];
      const out = (text: string) => void told.push(text);
      await main(['check', fleet, '--concurrency', count, '--only', 'KP133'], { ...SILENT_IO, out });
      return told;
    };
    const together = await pieces('2');
    expect(together).toHaveLength(7);
    expect(together).toEqual(await pieces('1'));
  });

  it('in their order, whichever comes first', () => {
    const told: string[] = [];
    const order = new InOrder<string>((value, index) => told.push(`${index}${value}`));
    for (const index of [2, 1]) order.put(index, 'x');
    expect(told).toEqual([]);
    order.put(0, 'y');
    expect(told).toEqual(['0y', '1x', '2x']);
    order.put(4, 'x');
    expect(told).toHaveLength(3);
  });
});

describe('What does one capture that breaks a thread take along?', () => {
  const captures = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ files: [name], demo: false as const }));
  const orders = {
    captures,
    expect: null,
    question: { least: 'info', only: null, ignore: [] } as const,
  };
  const threads = (script: string) => () =>
    new Worker(
      `const { parentPort } = require('node:worker_threads');
      const tell = (index) => parentPort.postMessage({ kind: 'checked', report: index, profile: null });
      ${script}`,
      { eval: true },
    );
  const outcomes = async (script: string, width: number) => {
    const told = new Map<number, CheckOutcome>();
    const left = await checkInThreads(
      orders,
      width,
      1,
      (index, one) => told.set(index, one),
      threads(script),
    );
    return { told, left };
  };

  it.each([
    ['an error that nobody caught', 'throw new Error("broken\\n down")', 'not checked: broken; down'],
    ['its end', 'process.exit(7)', 'not checked: its thread ended with status 7'],
  ])('%s: none but itself, and it is named', async (_, fault, message) => {
    const script = `parentPort.on('message', (index) => { if (index === 2) { ${fault} } tell(index); });
      parentPort.postMessage('started');`;
    for (const width of [1, 2]) {
      const { told, left } = await outcomes(script, width);
      expect(left).toEqual([]);
      expect([...told.keys()].sort()).toEqual([0, 1, 2, 3, 4]);
      expect([...told.values()].filter(({ kind }) => kind === 'checked')).toHaveLength(4);
      expect(told.get(2)).toMatchObject({
        kind: 'failed',
        status: 70,
        problem: { code: 'capture-not-checked', file: 'c' },
      });
      const outcome = told.get(2);
      expect(outcome?.kind === 'failed' && outcome.problem.message).toContain(message);
    }
  });

  it('memory that runs out is told as that', async () => {
    const script = `parentPort.on('message', (index) => { const held = []; if (index === 2) for (;;) held.push(new Array(1e5).fill(index)); tell(index); });
      parentPort.postMessage('started');`;
    const start = () => {
      const small = { eval: true, resourceLimits: { maxOldGenerationSizeMb: 16 } };
      return new Worker(
        `const { parentPort } = require('node:worker_threads');
        const tell = (index) => parentPort.postMessage({ kind: 'checked', report: index, profile: null });
        ${script}`,
        small,
      );
    };
    const told = new Map<number, CheckOutcome>();
    expect(await checkInThreads(orders, 2, 1, (index, one) => told.set(index, one), start)).toEqual([]);
    expect(told.size).toBe(5);
    expect(told.get(2)).toMatchObject({
      kind: 'failed',
      problem: { message: expect.stringContaining('more memory than Node gives a thread') },
    });
    // Nobody is asked to look for a bug.
    const outcome = told.get(2);
    expect(outcome?.kind === 'failed' && outcome.problem.message).not.toContain('a bug');
  });

  it('where none starts, all are left to be checked without', async () => {
    expect(await outcomes('throw new Error("no thread")', 2)).toEqual({
      told: new Map(),
      left: [0, 1, 2, 3, 4],
    });
  });

  it('a bug: none but itself, without threads either', async () => {
    const checker = new CaptureChecker(orders, { stdin: SILENT_IO.stdin, progress: new Progress(SILENT_IO) });
    const broken = { files: [], demo: 'no such one' as 'ipvs' };
    await expect(checker.checkAmong(broken)).resolves.toMatchObject({
      kind: 'failed',
      status: 70,
      problem: { message: expect.stringContaining('a bug in kp-explain') },
    });
  });
});

describe('How are captures given out?', () => {
  const blocks = (count: number, takers: number, smallest: number) => {
    const all = new Blocks(count, takers, smallest);
    const sizes: number[] = [];
    for (let block = all.take(); block.length > 0; block = all.take()) sizes.push(block.length);
    return sizes;
  };

  it('each once, in blocks that get smaller, so that nobody waits long for the last', () => {
    expect(blocks(100, 2, 4)).toEqual([16, 16, 16, 13, 10, 8, 6, 4, 4, 4, 2, 1]);
    expect(blocks(2, 2, 4)).toEqual([1, 1]);
    expect(blocks(5, 8, 1)).toEqual([1, 1, 1, 1, 1]);
    const all = new Blocks(9, 2, 1);
    const taken: number[] = [];
    for (let block = all.take(); block.length > 0; block = all.take()) taken.push(...block);
    expect(taken).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('What ends check ends its threads', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('within half a second: %s', async (signal) => {
    const many = join(folder, 'many');
    for (let index = 0; index < 60; index++)
      cpSync(join(FIXTURES, 'kube-proxy-1.20-legacy'), join(many, String(index)), { recursive: true });
    const program = join(ROOT, 'bin/kp-explain.cjs');
    const child: ChildProcess = spawn(process.execPath, [program, 'check', many, '--concurrency', '4'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (child.stdout !== null) await once(child.stdout, 'data');
    const start = performance.now();
    child.kill(signal);
    const [, by] = await once(child, 'exit');
    expect(by).toBe(signal);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe('What --concurrency takes', () => {
  it.each([['0'], ['x'], ['1.5'], ['257']])('is a number from 1 to 256, and not %s', async (text) => {
    const { status, err } = await run(['check', fleet, '--concurrency', text]);
    expect(status).toBe(2);
    expect(err).toContain('Say a number from 1 to 256.');
  });

  it('and of capture it says something only with --all-nodes', async () => {
    const { status, err } = await run(['capture', '-w', 'x', '--concurrency', '2']);
    expect(status).toBe(2);
    expect(err).toContain('say --all-nodes with it');
  });
});
