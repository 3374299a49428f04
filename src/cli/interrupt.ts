import { type Lifeline, waitFor } from '../capture/live/lifeline.ts';
import { InterruptedError } from '../capture/live/unreachable-error.ts';
import { escapeLines } from '../render/escape.ts';
import type { Progress } from './progress.ts';
import { tell } from './tell.ts';

/** A terminal's Ctrl-C and Ctrl-\, a polite kill, a closed terminal. */
const SIGNALS = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const;

/** A run that must tidy up before it ends. */
interface Holder {
  interrupt(reason: unknown): void;
  say(text: string): void;
  /** What to say where the user does not wait for the tidying. */
  lastWords(): readonly string[];
}

/** A lifeline that lasts until it is released. */
export interface Hold extends Lifeline {
  /**
   * Runs what leaves nothing behind, such as long computing: meanwhile a signal ends the process at once. Throws
   * InterruptedError where one came before, and what `run` throws.
   */
  idle<T>(run: () => Promise<T>): Promise<T>;
  /**
   * Ends the hold. A signal that came before has aborted `signal` when this resolves: ask it then, for an answer after an
   * interrupt is not wanted.
   */
  release(): Promise<void>;
}

const holders = new Set<Holder>();
/** Why the runs were told to end; null as long as they were not. */
let ended: { readonly reason: unknown } | null = null;

/**
 * While somebody holds, the first signal starts the tidying, and a second one ends the process and says what is left; only
 * where somebody can read that. A bug that throws outside of any question starts the tidying too.
 *
 * While nobody does, nobody listens, and the kernel ends the process itself: JavaScript hears of a signal only between two
 * pieces of computing, and one piece may take minutes. A shell sees the same status, 128 and the signal's number.
 *
 * @returns the lifeline of a run that has something to tidy up; call `release` when it is done.
 */
export function holdInterrupts(progress: Progress): Hold {
  const controller = new AbortController();
  const { signal } = controller;
  const words = new Map<symbol, string>();
  const holder: Holder = {
    interrupt: (reason) => controller.abort(reason),
    say: (text) => progress.say(text),
    lastWords: () => [...words.values()],
  };
  const release = async (): Promise<void> => {
    await hearSignals();
    letGo(holder);
  };
  hold(holder);
  return {
    signal,
    onStep: (text) => progress.begin(text),
    wait: async (ms) => await waitFor(ms, signal),
    say: (text) => progress.say(escapeLines(text)),
    guard(lastWords) {
      const key = Symbol('guarded');
      words.set(key, lastWords);
      return () => void words.delete(key);
    },
    async idle(run) {
      await release();
      signal.throwIfAborted();
      try {
        return await run();
      } finally {
        hold(holder);
      }
    },
    release,
  };
}

function hold(holder: Holder): void {
  if (holders.size === 0) {
    for (const name of SIGNALS) process.on(name, onSignal);
    process.on('uncaughtException', endHolders);
  }
  holders.add(holder);
  if (ended !== null) holder.interrupt(ended.reason);
}

function letGo(holder: Holder): void {
  holders.delete(holder);
  if (holders.size > 0) return;
  for (const name of SIGNALS) process.off(name, onSignal);
  process.off('uncaughtException', endHolders);
}

function onSignal(name: NodeJS.Signals, number: number): void {
  const status = 128 + number;
  const [{ say } = { say: () => undefined }] = holders;
  const words = [...holders].flatMap((holder) => holder.lastWords());
  if (ended !== null) {
    // Of a closed terminal the kernel and the shell both tell: that is nobody who insists.
    const insists = name !== 'SIGHUP';
    if (insists && words.every((line) => tell(`${escapeLines(line)}\n`))) process.exit(status);
    return;
  }
  endHolders(new InterruptedError(status));
  if (words.length > 0) say('\nstopping; first the debug pod is removed (once more to stop at once)');
}

function endHolders(reason: unknown): void {
  ended ??= { reason };
  for (const holder of holders) holder.interrupt(reason);
}

/** Signals wait for the next look at the system; the first of two turns may have begun before it. */
async function hearSignals(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}
