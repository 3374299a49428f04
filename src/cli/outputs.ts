import { isatty } from 'node:tty';
import { getSystemErrorMap } from 'node:util';
import { EXIT } from './exit-status.ts';

/** The two outputs of the process. Writing never throws. */
export interface Outputs {
  out(text: string): void;
  err(text: string): void;
  /** Aborted once nothing more can be written to standard output. */
  readonly unread: AbortSignal;
}

type Failure = NodeJS.ErrnoException;

/**
 * Opens the process's outputs.
 *
 * Nobody reads where a pipe was closed (`| head`) or the terminal is gone: nothing more is written there, nothing is said,
 * and the status is what it would have been. Any other failure, such as a full disk, is told once on standard error, and
 * the statuses that speak of the answer, 0 and 1, become 74, for nobody got it.
 */
export function openOutputs(): Outputs {
  endWithTerminal();
  const unread = new AbortController();
  const err = writerTo(process.stderr, endUnwritten);
  const out = writerTo(
    process.stdout,
    (error) => {
      endUnwritten();
      err(`error: cannot write standard output: ${reasonOf(error)}\n`);
    },
    () => unread.abort(),
  );
  return { out, err, unread: unread.signal };
}

/**
 * @param tell is called once, where writing fails though somebody might read; nothing is written after a failure.
 * @param onEnd is called once, where writing fails for any reason.
 */
function writerTo(
  stream: NodeJS.WriteStream,
  tell: (error: Failure) => void,
  onEnd: () => void = () => undefined,
): (text: string) => void {
  let failed = false;
  stream.on('error', (error: Failure) => {
    if (failed) return;
    failed = true;
    const gone = error.code === 'EPIPE' || (error.code === 'EIO' && stream.isTTY);
    if (!gone) tell(error);
    onEnd();
  });
  return (text) => {
    if (!failed && text !== '') stream.write(text);
  };
}

function endUnwritten(): void {
  process.on('exit', (status) => {
    if (status === EXIT.answered || status === EXIT.no) process.exitCode = EXIT.unwritten;
  });
}

/**
 * Node puts the terminal's settings back when it ends, and aborts where the terminal is gone (node.cc, ResetStdio; seen
 * with 20.20). Ends as a closed terminal ends every program instead.
 */
function endWithTerminal(): void {
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  if (terminals.length === 0) return;
  process.on('exit', () => {
    if (terminals.every((fd) => isatty(fd))) return;
    process.removeAllListeners('SIGHUP');
    process.kill(process.pid, 'SIGHUP');
  });
}

/** `no space left on device (ENOSPC)` */
function reasonOf({ errno, code, message }: Failure): string {
  const words = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  return words === undefined ? message : `${words} (${code})`;
}
