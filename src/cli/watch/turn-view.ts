import type { Io } from '../io.ts';

/** One answer of a watch. */
export interface Turn {
  readonly out: string;
  /** What was told on standard error. */
  readonly told: string;
  /** When it was asked for, `14:03:12`. */
  readonly time: string;
}

/** Shows answers as they follow each other. */
export interface TurnView {
  /** @returns the room that an answer has. */
  room(io: Io): Pick<Io, 'columns' | 'rows'>;
  show(turn: Turn): void;
  /** Shows that the state could not be read this time. */
  fail(message: string, time: string): void;
}
