/** What stands on standard error where `-o json` was asked for and there is no answer. */
export interface ErrorDocument {
  readonly apiVersion: 'kp-explain/v1';
  readonly kind: 'Error';
  readonly error: {
    /** Stable, for scripts: `no-such-file`, `question`, `bug`, … Null where none is known. */
    readonly code: string | null;
    readonly message: string;
    readonly file: string | null;
    /** That of the process. */
    readonly exitStatus: number;
    /** Of a bug alone. */
    readonly stack?: string;
  };
}
