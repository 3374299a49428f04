import { type CommandLimits, type CommandResult, type Failure, lastWordsOf } from './command-result.ts';

/** How a command is started. */
export interface RunOptions extends CommandLimits {
  /** Ends the command, and makes `runCommand` throw the signal's reason. Absent: it is left to end by itself. */
  readonly signal?: AbortSignal;
  /**
   * True: the command gets a session of its own, so that Ctrl-C in the terminal reaches only kp-explain, which then ends
   * or awaits the command in the right order.
   */
  readonly detached?: boolean;
}

/** Where administrators' programs are; the PATH of an ordinary user often lacks these. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Standard error is never large; a program that floods it is ended. */
const STDERR_LIMIT = 1024 * 1024;

/**
 * Runs one command without a shell: each word of `argv` reaches it as it is. Standard input is empty, messages are in
 * English (LC_ALL=C).
 * @returns what came of it; failing is no exception. Throws the signal's reason where that ended it.
 */
export async function runCommand(argv: readonly string[], options: RunOptions): Promise<CommandResult> {
  const { execa } = await import('execa');
  const { signal } = options;
  signal?.throwIfAborted();
  const [program = '', ...args] = argv;
  const started = performance.now();
  const result = await execa(program, args, {
    reject: false,
    encoding: 'buffer',
    stripFinalNewline: false,
    stdin: 'ignore',
    timeout: options.timeoutMs,
    maxBuffer: { stdout: options.maxBytes, stderr: STDERR_LIMIT },
    forceKillAfterDelay: 2000,
    detached: options.detached ?? false,
    env: { LC_ALL: 'C', PATH: searchPath(process.env.PATH ?? '') },
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  // Where the signal came after the command's end, its output is of no use either.
  signal?.throwIfAborted();
  const stderr = Buffer.from(result.stderr ?? []);
  return {
    argv,
    stdout: Buffer.from(result.stdout ?? []),
    lastWords:
      stderr.length === 0 && result.exitCode === undefined
        ? (result.originalMessage ?? '')
        : lastWordsOf(stderr),
    exitStatus: result.exitCode ?? null,
    failure: failureOf(result),
    durationMs: Math.round(performance.now() - started),
  };
}

/** An empty entry would stand for the current folder: nothing is run from there. */
function searchPath(path: string): string {
  return [...path.split(':'), ...SYSTEM_FOLDERS].filter((folder) => folder !== '').join(':');
}

/** What execa tells of how a command ended. */
interface Ending {
  readonly failed: boolean;
  readonly timedOut: boolean;
  readonly isMaxBuffer: boolean;
  readonly exitCode?: number | undefined;
  readonly code?: string | undefined;
}

function failureOf(ending: Ending): Failure | null {
  if (!ending.failed) return null;
  if (ending.timedOut) return 'timeout';
  if (ending.isMaxBuffer) return 'too-large';
  if (ending.code === 'ENOENT') return 'missing';
  return ending.exitCode === undefined ? (ending.code === undefined ? 'signal' : 'missing') : 'status';
}
