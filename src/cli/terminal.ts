import { closeSync, openSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';
import { isatty } from 'node:tty';

/** Standard input, output and error. */
const STREAMS = [0, 1, 2] as const;

/** How often a full pipe is tried again, every `PAUSE_MS`. */
const ATTEMPTS = 50;
const PAUSE_MS = 10;

/**
 * Writes to standard error before it returns, as the last thing before an end.
 * @returns false where nobody can read it any more: the terminal is closed, the pipe has no reader.
 */
export function tell(text: string): boolean {
  let rest = Buffer.from(text);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      rest = rest.subarray(writeSync(2, rest));
      if (rest.length === 0) return true;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return false;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
  return false;
}

/**
 * Node sets the modes of its terminals back when it ends, and aborts where that fails: where the terminal was closed
 * (src/node.cc, `ResetStdio`, Node 20 to 24). Such a stream is exchanged for `/dev/null` before, which it leaves alone.
 */
export function outliveTerminal(): void {
  const terminals = STREAMS.filter((fd) => isatty(fd));
  if (terminals.length === 0) return;
  process.on('exit', () => {
    for (const fd of terminals) {
      if (isatty(fd)) continue;
      try {
        closeSync(fd);
        // Takes the lowest number that is free: the one just closed.
        openSync(devNull, fd === 0 ? 'r' : 'w');
      } catch {
        // Closed already: left alone too.
      }
    }
  });
}
