import type { FlowQuestion } from '../explain/flows/flow-question.ts';
import type { TraceQuestion } from '../explain/question/question.ts';

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
export interface TraceRequest extends CommonRequest, TraceQuestion {}

/** `services`. */
export interface ServicesRequest extends CommonRequest {
  /** Null: all. */
  readonly namespace: string | null;
}

/** `chain <name>`. */
export interface ChainRequest extends CommonRequest {
  readonly name: string;
}

/** `conntrack`. */
export interface ConntrackRequest extends CommonRequest, FlowQuestion {}

/** `diff <before> <after>`. */
export interface DiffRequest {
  readonly before: SourceRequest;
  readonly after: SourceRequest;
  readonly output: Output;
  /** As typed: `pod:NAMESPACE/NAME`, `node`, an address or a network; null: everybody. */
  readonly from: string | null;
  readonly service: { readonly namespace: string; readonly name: string } | null;
  /** Classes of packets that may be traced in each family. */
  readonly budget: number;
  /** With `path`, each witness has its two paths. */
  readonly detail: 'answer' | 'path' | 'full';
}
