/** What may come of one command. Nothing of it is thrown: a command that fails is an answer too. */
export interface CommandResult {
  readonly argv: readonly string[];
  readonly stdout: Buffer;
  /** The end of standard error, without the trailing line break. */
  readonly lastWords: string;
  /** Null where the command did not end by itself. */
  readonly exitStatus: number | null;
  /** Null where it ended with status 0. */
  readonly failure: Failure | null;
  readonly durationMs: number;
}

/**
 * Why a command gave no whole output: `missing` no such program there; `status` it said so itself; `timeout`; `too-large`
 * its output broke the limit; `too-wordy` its messages did; `signal` somebody ended it; `unreachable` it never ran, because
 * kubectl could not get there; `cut-off` its output lost its end on the way, twice.
 */
export type Failure =
  | 'cut-off'
  | 'missing'
  | 'status'
  | 'timeout'
  | 'too-large'
  | 'too-wordy'
  | 'signal'
  | 'unreachable';

/** What one command may cost. */
export interface CommandLimits {
  readonly timeoutMs: number;
  /** Bytes of standard output. */
  readonly maxBytes: number;
}

/** A command as it is asked for. */
export interface Asking extends CommandLimits {
  /** When it is asked for at all, as a clause after "only", for who tells what would be run; absent or null: nobody says. */
  readonly only?: string | null;
}

/** For a command that runs until somebody ends it, and whose output is handed on. */
export const NO_LIMITS: CommandLimits = {
  timeoutMs: Number.POSITIVE_INFINITY,
  maxBytes: Number.POSITIVE_INFINITY,
};

/** What one command may cost at most: well below the longest string of V8 (512 MiB), so that any output can be a text. */
export const LARGEST_OUTPUT = 448 * 1024 * 1024;

/** Bytes of standard error, which is never large: a program that floods it is ended. */
export const MOST_WORDS = 8 * 1024 * 1024;

/** How much of standard error is told. */
const LAST_WORDS = 2000;

/** @returns the end of what a program wrote to standard error. */
export function lastWordsOf(stderr: Buffer): string {
  const text = stderr.toString('utf8').trimEnd();
  return text.length <= LAST_WORDS ? text : `… ${text.slice(-LAST_WORDS)}`;
}

/** @returns what comes of a command whose program does not exist there. */
export function notThere(argv: readonly string[]): CommandResult {
  return {
    argv,
    stdout: Buffer.alloc(0),
    lastWords: '',
    exitStatus: null,
    failure: 'missing',
    durationMs: 0,
  };
}
