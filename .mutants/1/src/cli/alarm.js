/** The states that both threads see. */
const WAITING = 0;
const STOPPED = 1;
const WRITING = 2;
const SHOWN = 3;
/**
 * Waits beside the program and writes the last line it was told to standard error, when the time is up. What is thrown
 * there concerns nobody: the terminal may be gone.
 */
const BESIDE = `
const { parentPort, receiveMessageOnPort, workerData } = require('node:worker_threads');
const { state, ms } = workerData;
if (
  Atomics.wait(state, 0, ${WAITING}, ms) === 'timed-out' &&
  Atomics.compareExchange(state, 0, ${WAITING}, ${WRITING}) === ${WAITING}
) {
  let line = '';
  for (let told; (told = receiveMessageOnPort(parentPort)) !== undefined; ) line = told.message;
  try {
    require('node:fs').writeSync(2, line);
  } catch {}
  Atomics.store(state, 0, ${SHOWN});
  Atomics.notify(state, 0);
}`;
/**
 * Writes a line to standard error after a while, also where the program then computes and comes to nothing else: a timer
 * would have to wait until it is done. It takes a thread, some 4 ms to start, so it is for terminals only.
 */
export class Alarm {
    #state = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    #thread;
    /** @param ms how long to wait. Where no thread can be had, nothing will be written. */
    constructor(ms) {
        this.#thread = startThread({ state: this.#state, ms });
    }
    /** Takes the line to write, in place of the one before. */
    set(line) {
        this.#thread?.postMessage(line);
    }
    /** Nothing is written after this returns. @returns true where the line was written before. */
    stop() {
        const before = Atomics.compareExchange(this.#state, 0, WAITING, STOPPED);
        Atomics.notify(this.#state, 0);
        if (before === WRITING)
            Atomics.wait(this.#state, 0, WRITING);
        return before === WRITING || before === SHOWN;
    }
}
function startThread(workerData) {
    // Loaded here, since most runs need no thread and loading takes 2 ms.
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    try {
        const thread = new Worker(BESIDE, {
            eval: true,
            workerData,
            env: {},
            execArgv: [],
            resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
        });
        thread.on('error', () => undefined);
        thread.unref();
        return thread;
    }
    catch {
        return null;
    }
}
