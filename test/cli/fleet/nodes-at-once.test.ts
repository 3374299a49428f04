import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { OVERLOADED } from '../../../src/capture/live/kubectl-failure.ts';
import { waitFor } from '../../../src/capture/live/lifeline.ts';
import { InterruptedError, UnreachableError } from '../../../src/capture/live/unreachable-error.ts';
import { type NodeRequest, readAllNodes } from '../../../src/cli/all-nodes.ts';
import { capturesAtOnce, NODES_AT_ONCE } from '../../../src/cli/fleet/concurrency.ts';
import type { LiveOrders } from '../../../src/cli/fleet/live-checker.ts';
import { NodeThreads } from '../../../src/cli/fleet/node-threads.ts';
import { SILENT_IO } from '../../../src/cli/io.ts';
import { Progress } from '../../../src/cli/progress.ts';
import { PLAIN } from '../../live/cluster.ts';
import { clustersLike } from '../../live/clusters.ts';

const NODES = Array.from({ length: 12 }, (_, index) => `node-${index + 1}`);
const make = clustersLike({ ...PLAIN, nodes: NODES });
afterEach(() => vi.unstubAllEnvs());

/** Reads nodes by `read`; the list of them comes from the stand-in of kubectl. */
async function readBy(
  read: (node: string) => Promise<void>,
  atOnce?: number,
  signal = new AbortController().signal,
) {
  const { home } = make();
  vi.stubEnv('PATH', join(home, 'bin'));
  vi.stubEnv('FAKE_KUBECTL', home);
  const told: string[] = [];
  const live = {
    target: { node: 'NODE' },
    access: { kubeconfig: null, context: null },
    ...(atOnce === undefined ? {} : { atOnce }),
  } as NodeRequest;
  const lifeline = {
    signal,
    onStep: (text: string) => void told.push(text),
    wait: async (ms: number) => await waitFor(ms, signal),
    say: () => undefined,
    guard: () => () => undefined,
  };
  const results = await readAllNodes(
    live,
    lifeline,
    async ({ target }) => await read(target.node),
    async () => null,
  );
  return { results, told };
}

/** @returns a way to read a node that takes a moment, and how many were read at once with each. */
function counting(wrong: (node: string) => void = () => undefined) {
  let now = 0;
  const beside: number[] = [];
  const read = async (node: string): Promise<void> => {
    beside.push(++now);
    try {
      await new Promise((resolve) => setTimeout(resolve, 5));
      wrong(node);
    } finally {
      now--;
    }
  };
  return { read, beside };
}

describe('How many nodes are asked at once?', () => {
  it.each([
    [undefined, NODES_AT_ONCE],
    [1, 1],
    [7, 7],
  ])('--concurrency %s: %i', async (atOnce, most) => {
    const { read, beside } = counting();
    const { results } = await readBy(read, atOnce);
    expect(results.map(({ node }) => node)).toEqual(NODES);
    expect(Math.max(...beside)).toBe(most);
  });

  it('half as many once the API server asks to slow down, and the one it refused once more', async () => {
    const refused: string[] = [];
    const { read, beside } = counting((node) => {
      if (node !== 'node-2' || refused.length > 0) return;
      refused.push(node);
      throw new UnreachableError(OVERLOADED, 'too many requests');
    });
    const { results, told } = await readBy(read);
    expect(results.map(({ node, error }) => [node, error])).toEqual(NODES.map((node) => [node, null]));
    expect(told).toContain('the API server asks to slow down: node-2 is asked again in 2 s');
    // The first four, the one of them once more, and the rest in twos.
    expect(beside.slice(0, 4)).toEqual([1, 2, 3, 4]);
    expect(Math.max(...beside.slice(4))).toBe(2);
  });

  it('half as many, not one alone, where all that were asked together are refused', async () => {
    const refused = new Set<string>();
    const { read, beside } = counting((node) => {
      if (refused.size === 4) return;
      refused.add(node);
      throw new UnreachableError(OVERLOADED, 'too many requests');
    });
    await readBy(read);
    // The first four, all of them once more, and the rest in twos.
    expect(Math.max(...beside.slice(8))).toBe(2);
  });

  it('none any more once the run is interrupted while it waits', async () => {
    const end = new AbortController();
    const start = performance.now();
    const { read } = counting(() => {
      setTimeout(() => end.abort(new InterruptedError(130)), 50);
      throw new UnreachableError(OVERLOADED, 'too many requests');
    });
    await expect(readBy(read, 2, end.signal)).rejects.toThrow('interrupted');
    expect(performance.now() - start).toBeLessThan(1900);
  });

  it('what fails for another reason is not asked again', async () => {
    const asked: string[] = [];
    const { results } = await readBy(async (node) => {
      asked.push(node);
      if (node === 'node-3') throw new UnreachableError('forbidden', 'no');
    });
    expect(asked).toEqual(NODES);
    expect(results.filter(({ error }) => error !== null).map(({ node }) => node)).toEqual(['node-3']);
  });
});

describe('How many captures are checked at once?', () => {
  afterEach(() => vi.restoreAllMocks());

  it('one where a container may not use the memory that its machine has', () => {
    vi.spyOn(process, 'availableMemory').mockReturnValue(600 * 2 ** 20);
    expect(capturesAtOnce()).toBe(1);
  });

  it('never more than there are processors', () => {
    expect(capturesAtOnce()).toBeLessThanOrEqual(availableParallelism());
  });
});

describe('Does a run that ends leave threads behind?', () => {
  it('none is started for the nodes that still wait', async () => {
    let started = 0;
    const start = () => {
      started++;
      // Never answers, as one that is busy.
      const script = `const { parentPort } = require('node:worker_threads');
        parentPort.on('message', () => undefined); parentPort.postMessage('started');`;
      return new Worker(script, { eval: true });
    };
    const progress = new Progress(SILENT_IO);
    const threads = new NodeThreads(1, {} as LiveOrders, progress, start);
    const node = (name: string) => ({ name, files: [], origin: name, problems: [] });
    const asked = ['a', 'b', 'c'].map((name) => threads.check({ node: node(name), others: [] }));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await threads.end();
    const outcomes = await Promise.all(asked);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['failed', 'failed', 'failed']);
    expect(started).toBe(1);
  });
});
