import { escapeTerminal } from '../render/escape.ts';
import type { Io } from './io.ts';

/** Longer texts are cut, so that the line fits into a narrow terminal. */
const WIDTH = 76;

/** How long a run may stay silent. */
const PATIENCE_MS = 1000;

/** One line on standard error that says what is going on, once a run takes more than a second; on terminals only. */
export class Progress {
  readonly #io: Io;
  readonly #started = performance.now();
  #timer: NodeJS.Timeout | null = null;
  #shown = false;

  constructor(io: Io) {
    this.#io = io;
  }

  /** Says what starts now: `reading pods.json (120 MiB)`. */
  begin(text: string): void {
    if (!this.#io.showsProgress) return;
    const left = PATIENCE_MS - (performance.now() - this.#started);
    this.#stopTimer();
    if (left <= 0) this.#show(text);
    else this.#timer = setTimeout(() => this.#show(text), left).unref();
  }

  /** Removes the line, before an answer or an error is written. */
  end(): void {
    this.#stopTimer();
    if (this.#shown) this.#io.err('\r\x1b[K');
    this.#shown = false;
  }

  /** Writes a line that stays, also where there is no terminal. */
  say(text: string): void {
    this.end();
    this.#io.err(`${text}\n`);
  }

  #show(text: string): void {
    this.#shown = true;
    // Texts may hold names from outside, and a line that wraps could not be removed.
    this.#io.err(`\r\x1b[K${escapeTerminal(text).slice(0, WIDTH)} …`);
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
