import { randomBytes } from 'node:crypto';
import {
  type CommandLimits,
  type CommandResult,
  type Failure,
  lastWordsOf,
  MOST_WORDS,
} from './command-result.ts';
import { type Framed, FramedStream } from './framed-output.ts';
import { relayPrompts } from './prompts.ts';
import { failureOf, type RunningCommand, startCommand, WORDS_KEPT } from './run-command.ts';
import { type Ending, type EndWatch, watchEnd } from './watch-end.ts';

/**
 * What the shell runs, in every session the same text: it reads the word of a frame, the number of words of a command, and
 * those words, each a line; runs the command with nothing on standard input; and ends both streams with the frame. The words
 * reach the program as they are: none of them is looked at by the shell. POSIX; dash, bash and busybox have all of it built in.
 */
export const SESSION_SCRIPT =
  'while IFS= read -r f && IFS= read -r n; do set --; while [ "$n" -gt 0 ]; do IFS= read -r w || exit; set -- "$@" "$w"; n=$((n-1)); done; "$@" </dev/null; s=$?; { echo; echo "$f"; } >&2; echo; echo "$f $s"; done';

/** How a session is begun. */
export interface SessionStart {
  /** The whole command line, which ends with a shell that runs `SESSION_SCRIPT`. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** How long the shell may take to answer, with all logins. */
  readonly startMs: number;
  /** Is told what a login asks before the shell answers. */
  readonly onPrompt: (text: string) => void;
}

/** What came of a command in a session. */
export interface SessionAnswer {
  /** `ended`: as the result says. `not-begun`: no shell answered, and `closed`: it was lost meanwhile; the result is the shell's. */
  readonly kind: 'ended' | 'not-begun' | 'closed';
  readonly result: CommandResult;
}

/** What commands are sent to, one after the other. */
export interface Session {
  /** Runs a command after those that were asked for before. Throws the signal's reason where that ended it. */
  run(argv: readonly string[], limits: CommandLimits): Promise<SessionAnswer>;
  /** Ends it, if it runs. */
  close(): Promise<void>;
}

/** One shell in a pod that runs one command after the other: one login and one process for all of them. */
export class ShellSession implements Session {
  readonly #start: SessionStart;
  #running: Promise<Running> | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  /** Why no shell began: nothing else would come of another try. */
  #neverBegan: CommandResult | null = null;

  constructor(start: SessionStart) {
    this.#start = start;
  }

  /** @returns true where a session can carry the words: a line end within one would be two words. */
  static carries(argv: readonly string[]): boolean {
    return argv.every((word) => !/[\n\0]/.test(word));
  }

  run(argv: readonly string[], limits: CommandLimits): Promise<SessionAnswer> {
    const turn = this.#queue.then(() => this.#run(argv, limits));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    await this.#queue;
    const running = await this.#running?.catch(() => null);
    if (running === undefined || running === null) return;
    this.#running = null;
    running.child.stdin?.end();
    const late = setTimeout(() => running.end.force(), CLOSE_MS);
    await running.ended;
    clearTimeout(late);
  }

  async #run(argv: readonly string[], limits: CommandLimits): Promise<SessionAnswer> {
    const { signal, startMs } = this.#start;
    signal.throwIfAborted();
    if (this.#neverBegan !== null) return { kind: 'not-begun', result: { ...this.#neverBegan, argv } };
    const started = this.#running !== null;
    this.#running ??= this.#open();
    const running = await this.#running;
    if (!started) {
      const hello = await this.#ask(running, ['true'], { timeoutMs: startMs, maxBytes: 64 * 1024 });
      running.relay.stop();
      if (hello.kind !== 'ended' || hello.result.failure !== null) {
        this.#neverBegan = hello.result;
        return { kind: 'not-begun', result: { ...hello.result, argv } };
      }
    }
    return await this.#ask(running, argv, limits);
  }

  async #open(): Promise<Running> {
    const { argv, env, onPrompt } = this.#start;
    const { child, stdout, stderr, ended } = await startCommand(argv, { detached: true, env, stdin: 'pipe' });
    const end = watchEnd(child, true);
    // One that ended reads no more; that is told by its end.
    child.stdin?.on('error', () => undefined);
    return {
      child,
      end,
      out: new FramedStream(stdout, end.stillWrites),
      words: new FramedStream(stderr, end.stillWrites),
      relay: relayPrompts(stderr, onPrompt),
      ended: Promise.race([ended, end.released]),
    };
  }

  async #ask(running: Running, argv: readonly string[], limits: CommandLimits): Promise<SessionAnswer> {
    const { child, end, out, words, ended } = running;
    const { signal } = this.#start;
    const began = performance.now();
    const word = randomBytes(16).toString('hex');
    let cause: Failure | null = null;
    const stop = (why: Failure): void => {
      cause ??= why;
      end.force();
    };
    const output = out.next(word, limits.maxBytes, limits.maxBytes, () => stop('too-large'));
    const said = words.next(word, WORDS_KEPT, MOST_WORDS, () => stop('too-wordy'));
    const interrupt = (): void => end.force();
    signal.addEventListener('abort', interrupt);
    const timer = setTimeout(() => stop('timeout'), limits.timeoutMs);
    child.stdin?.write(`${[word, String(argv.length), ...argv].join('\n')}\n`);
    const both = Promise.all([output, said]);
    const first = await Promise.race([both, ended]);
    clearTimeout(timer);
    signal.removeEventListener('abort', interrupt);
    signal.throwIfAborted();
    const durationMs = Math.round(performance.now() - began);
    if (Array.isArray(first)) return { kind: 'ended', result: resultOf(argv, first, durationMs) };
    this.#running = null;
    const result: CommandResult = {
      argv,
      stdout: Buffer.alloc(0),
      lastWords: lastWordsOf(words.sofar()) || (first.originalMessage ?? ''),
      exitStatus: first.exitCode ?? null,
      failure: cause ?? failureOf(first) ?? 'status',
      durationMs,
    };
    return cause === null ? { kind: 'closed', result } : { kind: 'ended', result };
  }
}

/** How long the shell may take to end once nothing more is asked. */
const CLOSE_MS = 500;

interface Running {
  readonly child: RunningCommand['child'];
  readonly end: EndWatch;
  readonly out: FramedStream;
  readonly words: FramedStream;
  readonly relay: { stop(): void };
  readonly ended: Promise<Ending>;
}

/** The shell's own status for a program that does not exist is 127. */
function resultOf(
  argv: readonly string[],
  [out, words]: readonly [Framed, Framed],
  durationMs: number,
): CommandResult {
  const status = out.status ?? 255;
  return {
    argv,
    stdout: out.bytes,
    lastWords: lastWordsOf(words.bytes),
    exitStatus: status,
    failure: status === 0 ? null : status === 127 ? 'missing' : 'status',
    durationMs,
  };
}
