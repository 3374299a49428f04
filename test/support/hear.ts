import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

/** What a program said until it ended. */
export interface Heard {
  /** As a shell tells it: 128 and the number of the signal that ended it. */
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** A program that is heard while it runs. */
export interface Hearing {
  /** What it wrote to standard output so far. */
  readonly out: () => string;
  /** Comes once it ended and all that it wrote was read. */
  readonly ended: Promise<Heard>;
}

/** @param child whose output goes into pipes. @returns what it says, from now on. */
export function hear(child: ChildProcess): Hearing {
  let out = '';
  let err = '';
  child.stdout?.on('data', (piece: Buffer) => {
    out += piece.toString();
  });
  child.stderr?.on('data', (piece: Buffer) => {
    err += piece.toString();
  });
  const ended = new Promise<Heard>((resolve) => {
    child.on('close', (status, by) =>
      resolve({ status: by === null ? status : 128 + constants.signals[by], out, err }),
    );
  });
  return { out: () => out, ended };
}
