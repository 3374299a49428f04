import { basename } from 'node:path';
import { EXIT } from './exit-status.ts';
import { endOn, listenForSignals } from './interrupt.ts';
import { outliveTerminal } from './terminal.ts';

/** What a command may touch of the process; tests give their own. */
export interface Io {
  /** How the program was called, for help: `kp-explain` or `kubectl kp-explain`. */
  readonly programName: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Characters a line of standard output may take; null where it is no terminal. */
  readonly columns: number | null;
  /** True where standard error is a terminal, so that progress may be shown. */
  readonly showsProgress: boolean;
  out(text: string): void;
  err(text: string): void;
  stdin(): AsyncIterable<Buffer>;
}

/** @returns the real process. Sets up that a closed pipe (`| head`) ends the run quietly and Ctrl-C with status 130. */
export function processIo(): Io {
  const say = (text: string): void => void process.stderr.write(text);
  process.stdout.on('error', endQuietly);
  // A message that nobody can read changes nothing: least of all may it end a run that has something to remove.
  process.stderr.on('error', () => undefined);
  outliveTerminal();
  listenForSignals(say);
  return {
    programName: programNameOf(process.argv[1] ?? ''),
    env: process.env,
    // Some terminals say 0.
    columns: process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : null,
    showsProgress: process.stderr.isTTY,
    out: (text) => void process.stdout.write(text),
    err: say,
    stdin() {
      if (process.stdin.isTTY) process.stderr.write('reading standard input; end it with Ctrl-D\n');
      return process.stdin;
    },
  };
}

/** kubectl runs plugins as `kubectl-kp_explain`, and people type `kubectl kp-explain`. */
export function programNameOf(script: string): string {
  return basename(script).startsWith('kubectl-kp_explain') ? 'kubectl kp-explain' : 'kp-explain';
}

function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') endOn(EXIT.answered, () => undefined);
  else if (error.code === 'EIO') endOn(EXIT.hungUp, () => undefined);
  else throw error;
}
