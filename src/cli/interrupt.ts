import { constants } from 'node:os';
import type { Lifeline } from '../capture/live/lifeline.ts';
import { InterruptedError } from '../capture/live/unreachable-error.ts';
import { escapeLines } from '../render/escape.ts';
import type { Progress } from './progress.ts';

/** A terminal's Ctrl-C, a polite kill, a closed terminal. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A run that must tidy up before it ends. */
interface Holder {
  interrupt(reason: InterruptedError): void;
  /** What to say where the user does not wait for the tidying. */
  lastWords(): readonly string[];
}

const holders = new Set<Holder>();
let interrupted = false;

/**
 * Ends the process on a signal: at once, with the shell's status for it, where nothing has to be removed first; else the
 * first signal starts the removing and a second one ends the process and says what is left.
 * @param say writes to standard error.
 */
export function listenForSignals(say: (text: string) => void): void {
  for (const name of SIGNALS) process.on(name, () => endOn(128 + constants.signals[name], say));
}

/** Ends the run as a signal would: also where standard output was closed under us. */
export function endOn(status: number, say: (text: string) => void): void {
  if (holders.size === 0) process.exit(status);
  const words = [...holders].flatMap((holder) => holder.lastWords());
  if (interrupted) {
    for (const line of words) say(`${escapeLines(line)}\n`);
    process.exit(status);
  }
  interrupted = true;
  if (words.length > 0) say('\nstopping; first the debug pod is removed (once more to stop at once)\n');
  for (const holder of holders) holder.interrupt(new InterruptedError(status));
}

/** @returns the lifeline of a live run; call `release` when the run is over. */
export function holdInterrupts(progress: Progress): Lifeline & { release(): void } {
  const controller = new AbortController();
  const words = new Map<symbol, string>();
  const holder: Holder = {
    interrupt: (reason) => controller.abort(reason),
    lastWords: () => [...words.values()],
  };
  holders.add(holder);
  return {
    signal: controller.signal,
    onStep: (text) => progress.begin(text),
    say: (text) => progress.say(escapeLines(text)),
    guard(lastWords) {
      const key = Symbol('guarded');
      words.set(key, lastWords);
      return () => void words.delete(key);
    },
    release: () => void holders.delete(holder),
  };
}
