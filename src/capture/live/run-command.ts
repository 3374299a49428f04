import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { handOn, keepAll, keepEnd } from './bounded-output.ts';
import {
  type CommandLimits,
  type CommandResult,
  type Failure,
  lastWordsOf,
  MOST_WORDS,
} from './command-result.ts';
import { relayPrompts } from './prompts.ts';
import { type Ending, watchEnd } from './watch-end.ts';

/** How a command is started. */
export interface RunOptions extends CommandLimits {
  /** Ends the command, and makes `runCommand` throw the signal's reason. Absent: it is left to end by itself. */
  readonly signal?: AbortSignal;
  /**
   * True: the command gets a session of its own, so that Ctrl-C in the terminal reaches only kp-explain, which then ends
   * or awaits the command in the right order; what it started is ended with it.
   */
  readonly detached?: boolean;
  /** False: where it has to end, it is killed at once. Absent: it is told to end, and has a second to do so. */
  readonly polite?: boolean;
  /** Set for the command besides what kp-explain itself was given. */
  readonly env?: Readonly<Record<string, string>>;
  /** Is handed the output while it comes; nothing of it is kept then, and it may be of any length. */
  readonly onPiece?: (piece: Buffer) => void;
  /** Is handed its messages while they come; their end is kept all the same. */
  readonly onWords?: (piece: Buffer) => void;
  /** Ends the command, which is then no failure of ours: what it wrote so far stands. */
  readonly until?: AbortSignal;
  /** Is told what the command asks while it waits; it may then be answered on the terminal. Absent: nobody is asked. */
  readonly onPrompt?: (text: string) => void;
}

/** Who gets the output while it comes, and what ends the command. */
export type Follow = Required<Pick<RunOptions, 'onPiece' | 'onWords' | 'until'>>;

/** Where administrators' programs are; the PATH of an ordinary user often lacks these. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** How much of the end of standard error is kept: what is told of it is less. */
export const WORDS_KEPT = 64 * 1024;

/** How long a person may take to log in. */
const LOGIN_MS = 300_000;

/** A command that runs, with both its streams as pipes. */
export interface RunningCommand {
  readonly child: ChildProcess;
  /** Settles when it has ended and its pipes are closed; never rejects. */
  readonly ended: PromiseLike<Ending>;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

/** Starts a command without a shell, in English. @param stdin `pipe`: what is written to it; `inherit`: the terminal. */
export async function startCommand(
  argv: readonly string[],
  options: {
    readonly detached: boolean;
    readonly env?: Readonly<Record<string, string>>;
    readonly stdin: 'ignore' | 'pipe' | 'inherit';
  },
): Promise<RunningCommand> {
  const { execa } = await import('execa');
  const [program = '', ...args] = argv;
  const child = execa(program, args, {
    reject: false,
    // Its own gathering joins all output into the text of an error.
    buffer: false,
    stdin: options.stdin,
    stdout: 'pipe',
    stderr: 'pipe',
    forceKillAfterDelay: false,
    detached: options.detached,
    env: { ...options.env, LC_ALL: 'C', PATH: searchPath(process.env.PATH ?? '') },
  });
  return { child, ended: child, stdout: child.stdout, stderr: child.stderr };
}

/**
 * Runs one command without a shell: each word of `argv` reaches it as it is. Standard input is empty, messages are in
 * English (LC_ALL=C). Its output is counted while it comes, and the limits hold whatever it started and left behind.
 * @returns what came of it; failing is no exception. Throws the signal's reason where that ended it.
 */
export async function runCommand(argv: readonly string[], options: RunOptions): Promise<CommandResult> {
  const { signal, onPrompt } = options;
  signal?.throwIfAborted();
  const started = performance.now();
  const command = await startCommand(argv, {
    detached: options.detached ?? false,
    stdin: onPrompt !== undefined && process.stdin.isTTY ? 'inherit' : 'ignore',
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const end = watchEnd(command.child, options.detached ?? false, options.polite);
  let cause: Failure | null = null;
  const stop = (why: Failure): void => {
    cause ??= why;
    end.force();
  };
  const out =
    options.onPiece === undefined
      ? keepAll(command.stdout, options.maxBytes, end.stillWrites, () => stop('too-large'))
      : handOn(command.stdout, options.onPiece, end.stillWrites);
  const words = keepEnd(command.stderr, WORDS_KEPT, MOST_WORDS, end.stillWrites, () => stop('too-wordy'));
  if (options.onWords !== undefined) command.stderr.on('data', options.onWords);
  // A timer of longer than 24 days fires at once.
  let timer = Number.isFinite(options.timeoutMs)
    ? setTimeout(() => stop('timeout'), options.timeoutMs)
    : undefined;
  const relay = relayPrompts(command.stderr, (text) => {
    onPrompt?.(text);
    if (onPrompt === undefined || !process.stdin.isTTY) return;
    clearTimeout(timer);
    timer = setTimeout(() => stop('timeout'), LOGIN_MS);
  });
  const interrupt = (): void => end.force();
  signal?.addEventListener('abort', interrupt);
  options.until?.addEventListener('abort', interrupt);
  if (options.until?.aborted === true) interrupt();
  const ending: Ending = await Promise.race([command.ended, end.released]);
  clearTimeout(timer);
  relay.stop();
  signal?.removeEventListener('abort', interrupt);
  options.until?.removeEventListener('abort', interrupt);
  // Where the signal came after the command's end, its output is of no use either.
  signal?.throwIfAborted();
  const stderr = words.bytes();
  return {
    argv,
    stdout: out.bytes(),
    lastWords:
      stderr.length === 0 && ending.exitCode === undefined
        ? (ending.originalMessage ?? '')
        : lastWordsOf(stderr),
    exitStatus: ending.exitCode ?? null,
    failure: cause ?? failureOf(ending),
    durationMs: Math.round(performance.now() - started),
  };
}

/** An empty or relative entry would stand for a folder of whoever made the current one: nothing is run from there. */
function searchPath(path: string): string {
  return [...path.split(':'), ...SYSTEM_FOLDERS].filter((folder) => folder.startsWith('/')).join(':');
}

/** @returns why a program that ended so gave no answer; null where it ended well. */
export function failureOf({ exitCode, code }: Ending): Failure | null {
  if (exitCode === 0) return null;
  if (exitCode !== undefined) return 'status';
  return code === undefined ? 'signal' : 'missing';
}
