import { writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

/** What the attack is at, shared with the thread that watches it: a count, and the name of it. */
interface Watched {
  readonly counter: SharedArrayBuffer;
  readonly name: SharedArrayBuffer;
  readonly secondsAtMost: number;
  readonly bytesAtMost: number;
}

const NAME_BYTES = 400;

/**
 * Ends the process where one input takes too long, or the process too much memory, and says by which input. A loop that
 * never ends cannot be stopped by itself.
 */
export class Watchdog {
  readonly #counter = new Int32Array(new SharedArrayBuffer(4));
  readonly #name = new Uint8Array(new SharedArrayBuffer(NAME_BYTES));
  readonly #worker: Worker;

  constructor(secondsAtMost: number, bytesAtMost: number) {
    const workerData: Watched = {
      counter: this.#counter.buffer as SharedArrayBuffer,
      name: this.#name.buffer as SharedArrayBuffer,
      secondsAtMost,
      bytesAtMost,
    };
    this.#worker = new Worker(new URL(import.meta.url), { workerData });
    this.#worker.unref();
  }

  /** Says which input comes next. */
  at(name: string): void {
    this.#name.fill(0);
    Buffer.from(this.#name.buffer).write(name, 0, NAME_BYTES - 1);
    Atomics.add(this.#counter, 0, 1);
  }
}

function watch({ counter, name, secondsAtMost, bytesAtMost }: Watched): void {
  const count = new Int32Array(counter);
  let last = -1;
  let since = Date.now();
  setInterval(() => {
    const now = Atomics.load(count, 0);
    if (now !== last) {
      last = now;
      since = Date.now();
    }
    const what = Buffer.from(name).toString('utf8').replace(/\0+$/, '');
    const bytes = process.memoryUsage.rss();
    const stuck = Date.now() - since > secondsAtMost * 1000;
    if (!stuck && bytes <= bytesAtMost) return;
    const why = stuck ? `no end in ${secondsAtMost} s` : `${Math.round(bytes / 1e6)} MB`;
    writeSync(1, `FOUND ${what}: ${why}\n`);
    process.kill(process.pid, 'SIGKILL');
  }, 500);
}

if (!isMainThread && isWatched(workerData)) watch(workerData);

function isWatched(value: unknown): value is Watched {
  return typeof value === 'object' && value !== null && 'secondsAtMost' in value;
}
