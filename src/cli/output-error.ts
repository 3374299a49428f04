import { EXIT } from './exit-status.ts';

/** A file that was asked for could not be written: nobody got the answer. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  readonly exitStatus = EXIT.unwritten;
  readonly code = 'unwritable';
  readonly file: string;

  constructor(path: string, cause: unknown) {
    super(`cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`);
    this.file = path;
  }
}
