import type { SourceKind } from '../capture/source-kind.ts';

/** A file of a capture, recognised. */
export interface RedactInput {
  /** Its path in a capture folder: `iptables-save.txt`, `xt_recent/NAME`. */
  readonly path: string;
  /** For messages. */
  readonly name: string;
  readonly bytes: Buffer;
  readonly kind: SourceKind;
}
