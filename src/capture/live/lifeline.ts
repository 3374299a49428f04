import { setTimeout as pause } from 'node:timers/promises';

/** What a live run needs of the terminal and the process, so that an interrupt leaves nothing behind. */
export interface Lifeline {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP; its reason is an InterruptedError. */
  readonly signal: AbortSignal;
  /** Is told what happens now, for a progress line. */
  onStep(text: string): void;
  /** Waits so long. Throws the signal's reason where that ends it. */
  wait(ms: number): Promise<void>;
  /** Writes a line to the user at once, for what an error that follows would hide. */
  say(text: string): void;
  /**
   * Says that something must be removed before the end.
   * @param lastWords is printed if the user insists on ending at once. @returns call it when all is removed.
   */
  guard(lastWords: string): () => void;
}

/** Waits so long. Throws the signal's reason where that ends it. */
export async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}
