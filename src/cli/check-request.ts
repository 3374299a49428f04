import type { About } from '../check/filter.ts';
import type { Severity } from '../findings/finding.ts';
import type { CheckFormat } from '../render/format.ts';
import type { SourceRequest, Watched } from './requests.ts';

/** `check [capture...]`. */
export interface CheckRequest extends Watched {
  /** `-f` and `--demo`: together one capture. */
  readonly sources: SourceRequest;
  /** On standard output. */
  readonly output: CheckFormat;
  /** `-o FORMAT=FILE`: written beside that, of the same answer. */
  readonly files: readonly { readonly format: CheckFormat; readonly path: string }[];
  /** Of the text: the worst finding opened, or every one. */
  readonly detail: 'answer' | 'full';
  /** Arguments, each with a capture or several of its own. */
  readonly captures: readonly string[];
  readonly least: Severity;
  /** Null: all codes. */
  readonly only: readonly string[] | null;
  readonly ignore: readonly { readonly code: string; readonly object: string | null }[];
  /** The Service, or the namespace, that is asked about. Null: all. */
  readonly about: About | null;
  /** File of expectations; null: that of the capture. */
  readonly expect: string | null;
  readonly update: boolean;
  /** Every node of a live cluster; `sources.live` says how one is reached. */
  readonly allNodes: boolean;
  /** How many nodes are asked, or captures checked, at once; null: as is usual. */
  readonly concurrency: number | null;
}
