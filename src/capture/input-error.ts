/**
 * The user gave something that cannot be read at all: a missing file, a folder without a capture. Ends the run with
 * exit status 2. Everything short of that is a problem and the answer goes on.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  /** The contract's status for wrong usage and unreadable input. */
  readonly exitStatus = 2;
  /** Stable, for scripts: `no-such-file`, `unreadable-file`, `no-rules`, … */
  readonly code: string;
  /** The file as the user named it, or null. */
  readonly file: string | null;

  /** @param message names the file, what is wrong, and the way out. */
  constructor(code: string, message: string, file: string | null = null) {
    super(message);
    this.code = code;
    this.file = file;
  }
}
