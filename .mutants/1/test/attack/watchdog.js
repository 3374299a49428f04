import { writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
const NAME_BYTES = 400;
/**
 * Ends the process where one input takes too long, or the process too much memory, and says by which input. A loop that
 * never ends cannot be stopped by itself.
 */
export class Watchdog {
    #counter = new Int32Array(new SharedArrayBuffer(8));
    #name = new Uint8Array(new SharedArrayBuffer(NAME_BYTES));
    #worker;
    constructor(bytesAtMost) {
        const workerData = {
            counter: this.#counter.buffer,
            name: this.#name.buffer,
            bytesAtMost,
        };
        this.#worker = new Worker(new URL(import.meta.url), { workerData });
        this.#worker.unref();
    }
    /** Says which input comes next, and how much of the processor's time it may take. */
    at(name, seconds) {
        Atomics.store(this.#counter, 1, seconds);
        this.#name.fill(0);
        Buffer.from(this.#name.buffer).write(name, 0, NAME_BYTES - 1);
        Atomics.add(this.#counter, 0, 1);
    }
}
function watch({ counter, name, bytesAtMost }) {
    const count = new Int32Array(counter);
    let last = -1;
    // Of the processor's time: on a machine with other work a second is not a second.
    const spent = () => process.cpuUsage().user / 1e6;
    let since = spent();
    setInterval(() => {
        const now = Atomics.load(count, 0);
        if (now !== last) {
            last = now;
            since = spent();
        }
        const what = Buffer.from(name).toString('utf8').replace(/\0+$/, '');
        const bytes = process.memoryUsage.rss();
        const seconds = Atomics.load(count, 1);
        const stuck = spent() - since > seconds;
        if (!stuck && bytes <= bytesAtMost)
            return;
        const why = stuck ? `no end in ${seconds} s` : `${Math.round(bytes / 1e6)} MB`;
        writeSync(1, `FOUND ${what}: ${why}\n`);
        process.kill(process.pid, 'SIGKILL');
    }, 500);
}
if (!isMainThread && isWatched(workerData))
    watch(workerData);
function isWatched(value) {
    return typeof value === 'object' && value !== null && 'bytesAtMost' in value;
}
