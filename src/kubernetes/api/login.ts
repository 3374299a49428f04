import type { Readable } from 'node:stream';

/** What a login gets of us. */
export interface Login {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Is handed what a credential plugin writes to standard error, to show what it asks; `stop` is called at its end. */
  readonly onLogin?: (messages: Readable) => { stop(): void };
}
