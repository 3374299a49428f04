import { EXIT } from './exit-status.ts';

/** The command line asks for something that cannot be meant. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exitStatus = EXIT.usage;
  readonly code: string;

  /** @param message says what is wrong and how to say it right. */
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
