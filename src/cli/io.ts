import { basename } from 'node:path';
import { openOutputs } from './outputs.ts';

/** What a command may touch of the process; tests give their own. */
export interface Io {
  /** How the program was called, for help: `kp-explain` or `kubectl kp-explain`. */
  readonly programName: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Characters a line of standard output may take; null where it is no terminal. */
  readonly columns: number | null;
  /** Lines that the terminal of standard output shows; null or absent where it is none. */
  readonly rows?: number | null;
  /** True where standard error is a terminal, so that progress may be shown. */
  readonly showsProgress: boolean;
  /** Aborted once nothing more can be written to standard output: nobody reads it, or the disk is full. Absent: never. */
  readonly unread?: AbortSignal;
  out(text: string): void;
  err(text: string): void;
  stdin(): AsyncIterable<Buffer>;
}

/** Says nothing and is given nothing: what runs beside the program, which itself writes. */
export const SILENT_IO: Io = {
  programName: '',
  env: {},
  columns: null,
  showsProgress: false,
  out: () => undefined,
  err: () => undefined,
  stdin: async function* () {},
};

/** @returns the real process. Call it once: it sets up what happens where an output cannot be written. */
export function processIo(): Io {
  const { out, err, unread } = openOutputs();
  return {
    programName: programNameOf(process.argv[1] ?? ''),
    env: process.env,
    // Some terminals say 0.
    get columns() {
      return process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : null;
    },
    get rows() {
      return process.stdout.isTTY && process.stdout.rows > 0 ? process.stdout.rows : null;
    },
    showsProgress: process.stderr.isTTY,
    unread,
    out,
    err,
    stdin() {
      if (process.stdin.isTTY) err('reading standard input; end it with Ctrl-D\n');
      return process.stdin;
    },
  };
}

/** kubectl runs plugins as `kubectl-kp_explain`, and people type `kubectl kp-explain`. */
export function programNameOf(script: string): string {
  return basename(script).startsWith('kubectl-kp_explain') ? 'kubectl kp-explain' : 'kp-explain';
}
