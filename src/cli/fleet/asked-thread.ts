import type { Worker } from 'node:worker_threads';
import type { CheckOutcome } from './capture-checker.ts';

/** What a thread tells: that it has started, then what came of each thing it was asked. */
export type ThreadAnswer = 'started' | CheckOutcome;

/** A thread that is asked one question at a time. */
export class AskedThread<Question> {
  readonly #worker: Worker | null;
  #error: unknown = null;
  #settle: { resolve(outcome: CheckOutcome): void; reject(error: unknown): void } | null = null;
  /** Whether it said so: what breaks before is no fault of a question. */
  started = false;

  constructor(start: () => Worker) {
    this.#worker = this.#begin(start);
  }

  /** Throws what ended the thread, also before. */
  async ask(question: Question): Promise<CheckOutcome> {
    return await new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      if (this.#error !== null) reject(this.#error);
      else this.#worker?.postMessage(question);
    });
  }

  /** Whether it can be asked nothing more. */
  get broken(): boolean {
    return this.#error !== null;
  }

  async end(): Promise<void> {
    await this.#worker?.terminate();
  }

  #begin(start: () => Worker): Worker | null {
    const fail = (error: unknown): void => {
      this.#error ??= error;
      this.#settle?.reject(this.#error);
    };
    try {
      const worker = start();
      worker.on('error', fail);
      worker.on('messageerror', fail);
      worker.on('exit', (status) => fail(new Error(`its thread ended with status ${status}`)));
      worker.on('message', (answer: ThreadAnswer) => {
        if (answer === 'started') this.started = true;
        else this.#settle?.resolve(answer);
      });
      return worker;
    } catch (error) {
      fail(error);
      return null;
    }
  }
}
