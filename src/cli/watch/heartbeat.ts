import type { Io } from '../io.ts';
import { clockTime } from './clock-time.ts';

/** How often a watch that writes into a pipe or a file says that it goes on. */
const BEAT_MS = 60_000;

/** What tells that nobody reads any more. */
export interface Heartbeat {
  /** Aborted once nothing more can be written. */
  readonly until: AbortSignal;
  stop(): void;
}

/**
 * Writes a line into a pipe now and then, with the time: whoever reads sees that the watch goes on, and a pipe that was closed
 * shows only where something is written into it. A terminal needs neither.
 */
export function beatIntoPipes(io: Io, ms: number = BEAT_MS): Heartbeat {
  const until = io.unread ?? new AbortController().signal;
  const timer =
    io.rows == null ? setInterval(() => io.out(`${clockTime(Date.now())}  still watching\n`), ms) : null;
  return { until, stop: () => void (timer !== null && clearInterval(timer)) };
}
