import type { Progress } from '../progress.ts';
import { AskedThread } from './asked-thread.ts';
import { type CheckOutcome, failed } from './capture-checker.ts';
import { brokenDown, startThread } from './check-threads.ts';
import { LiveChecker, type LiveOrders, type NodeJob } from './live-checker.ts';

/** So many nodes that stand side by side are checked by one thread: they are read for each other. */
const BLOCK = 8;

/** Checks live nodes beside the reading of others, in threads; see `checkInThreads` for why threads. */
export class NodeThreads {
  readonly #orders: LiveOrders;
  readonly #progress: Progress;
  readonly #threads: (AskedThread<NodeJob> | null)[];
  /** The last question to each: the next waits for it. */
  readonly #tails: Promise<unknown>[];
  readonly #pending = new Set<Promise<CheckOutcome>>();
  #self: LiveChecker | null = null;
  #given = 0;
  #ended = false;
  readonly #start: typeof startThread;

  /** @param start tests have threads of their own */
  constructor(width: number, orders: LiveOrders, progress: Progress, start = startThread) {
    this.#start = start;
    this.#orders = orders;
    this.#progress = progress;
    this.#threads = Array.from({ length: width }, () => null);
    this.#tails = Array.from({ length: width }, async () => undefined);
  }

  /** Waits while too many nodes are held already. Throws the signal's reason. */
  async room(signal: AbortSignal): Promise<void> {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
      signal.addEventListener('abort', end);
    });
    while (this.#pending.size > 2 * this.#threads.length && !signal.aborted)
      await Promise.race([ended, ...this.#pending]);
    signal.removeEventListener('abort', end);
    signal.throwIfAborted();
  }

  /** Never rejects. */
  async check(job: NodeJob): Promise<CheckOutcome> {
    const at = Math.floor(this.#given++ / BLOCK) % this.#threads.length;
    const asked = (async () => {
      await this.#tails[at];
      return await this.#ask(at, job);
    })();
    this.#tails[at] = asked;
    this.#pending.add(asked);
    void asked.then(() => this.#pending.delete(asked));
    return await asked;
  }

  /** Ends the threads; what still waits for one is not checked. */
  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#threads.map(async (thread) => await thread?.end()));
  }

  async #ask(at: number, job: NodeJob): Promise<CheckOutcome> {
    const files = [job.node.name];
    if (this.#ended) return failed(new Error('the run has ended'), { files });
    const thread = this.#threads[at] ?? new AskedThread<NodeJob>(() => this.#start(this.#orders));
    this.#threads[at] = thread;
    try {
      return await thread.ask(job);
    } catch (error) {
      this.#threads[at] = null;
      await thread.end();
      if (thread.started || this.#ended) return failed(brokenDown(error), { files });
      this.#self ??= new LiveChecker(this.#orders, this.#progress);
      return await this.#self.check(job);
    }
  }
}
