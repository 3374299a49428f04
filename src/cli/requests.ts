/** What each command was asked: argv as values. A command's `run` sees nothing else of the command line. */

/** How an answer is written. */
export type Output = 'text' | 'json' | 'yaml';

/** Where the state comes from. */
export interface SourceRequest {
  /** `-f` arguments in order. */
  readonly files: readonly string[];
  readonly demo: boolean;
}

/** What every command shares. */
export interface CommonRequest {
  readonly sources: SourceRequest;
  readonly output: Output;
}

/** `trace <destination>`. */
export interface TraceRequest extends CommonRequest {
  /** As typed: `10.96.0.10:53`, `namespace/service:port`, `node:31000`. */
  readonly destination: string;
  /** As typed: `pod`, `pod:NS/NAME`, `node`, `external`, an address; null: all vantages. */
  readonly from: string | null;
  /** `tcp`, `udp`, `sctp`, `icmp`; null: the Service port's, else tcp. */
  readonly protocol: string | null;
  readonly sourcePort: number | null;
  readonly inInterface: string | null;
  /** Unsigned 32 bits; null: 0. */
  readonly mark: number | null;
  /** `NEW`, `ESTABLISHED`, `RELATED`, `INVALID`, `UNTRACKED`; null: NEW. */
  readonly ctstate: string | null;
  /** Completes a destination that names a Service alone. */
  readonly namespace: string;
  readonly detail: 'answer' | 'path' | 'full';
}

/** `services`. */
export interface ServicesRequest extends CommonRequest {
  /** Null: all. */
  readonly namespace: string | null;
}

/** `chain <name>`. */
export interface ChainRequest extends CommonRequest {
  readonly name: string;
}
