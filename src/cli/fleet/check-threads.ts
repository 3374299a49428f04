import type { Worker } from 'node:worker_threads';
import { InputError } from '../../capture/input-error.ts';
import { ownPath, partsInside } from '../../capture/own-files.ts';
import { Blocks } from './blocks.ts';
import { type CheckOrders, type CheckOutcome, failed } from './capture-checker.ts';

/** What a thread tells: that it has started, then what came of each capture it was asked for. */
export type ThreadAnswer = 'started' | { readonly index: number; readonly outcome: CheckOutcome };

/** Starts a thread that answers numbers of captures; tests have threads of their own. */
export type StartThread = (orders: CheckOrders) => Worker;

/**
 * Checks captures in threads of this process: they share Node's own memory, start in half the time of a process, and whatever ends the
 * process ends them at once. A thread that breaks down (out of memory) takes one capture along, which is told; another one takes its
 * place.
 * @param width how many threads
 * @param smallest what is worth a block: captures that stand side by side are read for each other
 * @param use is called for each capture, in any order
 * @returns the numbers of the captures that no thread could be started for
 */
export async function checkInThreads(
  orders: CheckOrders,
  width: number,
  smallest: number,
  use: (index: number, outcome: CheckOutcome) => void,
  start: StartThread = startThread,
): Promise<number[]> {
  const { captures } = orders;
  const blocks = new Blocks(captures.length, width, smallest);
  const left: number[] = [];
  const serve = async (): Promise<void> => {
    let block = blocks.take();
    while (block.length > 0) {
      const { done, started, error } = await runThread(
        () => start(orders),
        () => {
          if (block.length === 0) block = blocks.take();
          return block.shift() ?? null;
        },
        use,
      );
      if (done) return;
      const { asked } = error;
      if (!started) {
        left.push(...(asked === null ? [] : [asked]), ...block);
        return;
      }
      const sources = asked === null ? undefined : captures[asked];
      if (asked !== null && sources !== undefined) use(asked, failed(brokenDown(error.thrown), sources));
      if (block.length === 0) block = blocks.take();
    }
  };
  await Promise.all(Array.from({ length: width }, serve));
  // All threads may have failed to start before the last block was taken.
  for (let block = blocks.take(); block.length > 0; block = blocks.take()) left.push(...block);
  return left.sort((a, b) => a - b);
}

/** How a thread ended: once nothing was left to ask, or by an error while one capture was asked for. */
interface ThreadEnd {
  readonly done: boolean;
  /** Whether it said so. */
  readonly started: boolean;
  readonly error: { readonly thrown: unknown; readonly asked: number | null };
}

async function runThread(
  start: () => Worker,
  next: () => number | null,
  use: (index: number, outcome: CheckOutcome) => void,
): Promise<ThreadEnd> {
  let started = false;
  let asked: number | null = null;
  let thread: Worker;
  try {
    thread = start();
  } catch (thrown) {
    return { done: false, started, error: { thrown, asked } };
  }
  try {
    return await new Promise<ThreadEnd>((resolve) => {
      const end = (done: boolean, thrown: unknown): void =>
        resolve({ done, started, error: { thrown, asked } });
      thread.on('error', (thrown) => end(false, thrown));
      thread.on('messageerror', (thrown) => end(false, thrown));
      thread.on('exit', (status) => end(false, new Error(`its thread ended with status ${status}`)));
      thread.on('message', (answer: ThreadAnswer) => {
        if (answer === 'started') started = true;
        else use(answer.index, answer.outcome);
        asked = next();
        if (asked === null) end(true, null);
        else thread.postMessage(asked);
      });
    });
  } finally {
    await thread.terminate();
  }
}

/** @returns the error, or what to do where a thread had too little memory. */
export function brokenDown(thrown: unknown): unknown {
  const isMemory = thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isMemory
    ? new InputError(
        'out-of-memory',
        'it takes more memory than Node gives a thread; NODE_OPTIONS=--max-old-space-size=8192 gives 8 GiB',
      )
    : thrown;
}

/** The program itself, once more: bin/worker.cjs, or the same within the single executable. @param orders values alone */
export function startThread(orders: object): Worker {
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const inside = partsInside();
  const settings = { workerData: orders, execArgv: [] };
  return inside === null
    ? new Worker(ownPath('bin/worker.cjs'), settings)
    : new Worker(inside.read('bin/single.cjs')?.toString('utf8') ?? '', { ...settings, eval: true });
}
