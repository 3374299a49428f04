import type { Worker } from 'node:worker_threads';
import { InputError } from '../../capture/input-error.ts';
import { ownPath, partsInside } from '../../capture/own-files.ts';
import { AskedThread } from './asked-thread.ts';
import { Blocks } from './blocks.ts';
import { type CheckOrders, type CheckOutcome, failed } from './capture-checker.ts';

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
      const thread = new AskedThread<number>(() => start(orders));
      try {
        for (let asked = block.shift(); asked !== undefined; asked = block.shift()) {
          const outcome = await outcomeOf(thread, asked, captures[asked] ?? { files: [] });
          if (outcome === null) {
            left.push(asked, ...block);
            return;
          }
          use(asked, outcome);
          if (block.length === 0) block = blocks.take();
          if (thread.broken) break;
        }
      } finally {
        await thread.end();
      }
    }
  };
  await Promise.all(Array.from({ length: width }, serve));
  // All threads may have failed to start before the last block was taken.
  for (let block = blocks.take(); block.length > 0; block = blocks.take()) left.push(...block);
  return left.sort((a, b) => a - b);
}

/** @returns what came of a capture; null where the thread could not be started. */
async function outcomeOf(
  thread: AskedThread<number>,
  asked: number,
  sources: Parameters<typeof failed>[1],
): Promise<CheckOutcome | null> {
  try {
    return await thread.ask(asked);
  } catch (error) {
    return thread.started ? failed(brokenDown(error), sources) : null;
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
