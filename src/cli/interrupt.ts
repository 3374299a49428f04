import { constants } from 'node:os';
import type { Lifeline } from '../capture/live/lifeline.ts';
import { InterruptedError } from '../capture/live/unreachable-error.ts';
import { escapeLines } from '../render/escape.ts';
import type { Progress } from './progress.ts';
import { tell } from './terminal.ts';

/** A terminal's Ctrl-C, a polite kill, a closed terminal. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A run that must tidy up before it ends. */
interface Holder {
  interrupt(reason: unknown): void;
  /** What to say where the user does not wait for the tidying. */
  lastWords(): readonly string[];
}

const holders = new Set<Holder>();
/** Why the runs were told to end; null as long as they were not. */
let ended: { readonly reason: unknown } | null = null;

/**
 * Ends the process on a signal: at once, with the shell's status for it, where nothing has to be removed first; else the
 * first signal starts the removing and a second one ends the process and says what is left. A closed terminal is never
 * a second one: the kernel and the shell both tell of it, and nobody is there to read what is left.
 * @param say writes to standard error.
 */
export function listenForSignals(say: (text: string) => void): void {
  for (const name of SIGNALS) {
    process.on(name, () => endOn(128 + constants.signals[name], say, name !== 'SIGHUP'));
  }
}

/**
 * Ends the run as a signal would: also where standard output was closed under us.
 * @param insists true: somebody who does not wait for the removing asks for it, and is told what is left.
 */
export function endOn(status: number, say: (text: string) => void, insists = false): void {
  if (holders.size === 0) process.exit(status);
  const words = [...holders].flatMap((holder) => holder.lastWords());
  if (ended !== null) {
    if (insists && words.every((line) => tell(`${escapeLines(line)}\n`))) process.exit(status);
    return;
  }
  endHolders(new InterruptedError(status));
  if (words.length > 0) say('\nstopping; first the debug pod is removed (once more to stop at once)\n');
}

function endHolders(reason: unknown): void {
  ended ??= { reason };
  for (const holder of holders) holder.interrupt(reason);
}

/** What else would end the process without a word while something has to be removed: Ctrl-\, and a bug. */
const onQuit = (): void => endOn(128 + constants.signals.SIGQUIT, (text) => void tell(text), true);

function hold(holder: Holder): void {
  if (holders.size === 0) {
    process.on('SIGQUIT', onQuit);
    process.on('uncaughtException', endHolders);
  }
  holders.add(holder);
  if (ended !== null) holder.interrupt(ended.reason);
}

function letGo(holder: Holder): void {
  holders.delete(holder);
  if (holders.size > 0) return;
  process.off('SIGQUIT', onQuit);
  process.off('uncaughtException', endHolders);
}

/** @returns the lifeline of a live run; call `release` when the run is over. */
export function holdInterrupts(progress: Progress): Lifeline & { release(): void } {
  const controller = new AbortController();
  const words = new Map<symbol, string>();
  const holder: Holder = {
    interrupt: (reason) => controller.abort(reason),
    lastWords: () => [...words.values()],
  };
  hold(holder);
  return {
    signal: controller.signal,
    onStep: (text) => progress.begin(text),
    say: (text) => progress.say(escapeLines(text)),
    guard(lastWords) {
      const key = Symbol('guarded');
      words.set(key, lastWords);
      return () => void words.delete(key);
    },
    release: () => letGo(holder),
  };
}
