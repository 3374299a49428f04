import type { DocumentHead } from '../explain/explanation.ts';
import type { FlowAgreement } from '../explain/flows/today/agreement.ts';
import type { Coverage } from '../findings/check-input.ts';
import type { Severity } from '../findings/finding.ts';
import type { ReportedFinding } from '../findings/reported-finding.ts';

export type { ReportedFinding } from '../findings/reported-finding.ts';

/** Answer of `check` for one capture. */
export interface CheckReport extends DocumentHead<'CheckReport'> {
  /** False where a reported finding is an error or a warning, or an expectation does not hold. */
  readonly passed: boolean;
  /** How many findings of each severity are reported. */
  readonly summary: Readonly<Record<Severity, number>>;
  readonly findings: readonly ReportedFinding[];
  /** Findings that `expect.yaml` or `--ignore` allows, with the reason. */
  readonly allowed: readonly AllowedFinding[];
  readonly expectations: readonly ExpectationResult[];
  /** What of the rules was compared with the API. */
  readonly coverage: Coverage;
  /** Whether live flows go where the rules would send their first packets now; null where flows or rules were not captured, or not asked about. */
  readonly flows: FlowAgreement | null;
}

/** Answer of `check` for several captures. */
export interface CheckReportList {
  readonly apiVersion: 'kp-explain/v1';
  readonly kind: 'CheckReportList';
  /** True where every capture passed. */
  readonly passed: boolean;
  readonly items: readonly CheckReport[];
  /** Nodes of one cluster beside each other, one for each cluster; empty where no two nodes can be compared. */
  readonly comparisons: readonly NodeComparison[];
  readonly problems: DocumentHead<'CheckReport'>['problems'];
}

/** All that one run of `check` found, for formats that hold several captures in one document. */
export interface CheckRun {
  readonly reports: readonly CheckReport[];
  readonly comparisons: readonly NodeComparison[];
  /** What concerns no single report: captures that could not be checked have the code `capture-not-checked`. */
  readonly failures: DocumentHead<'CheckReport'>['problems'];
  /** True where the answer is a list, even of one. */
  readonly isList: boolean;
}

/** A finding that was expected. */
export interface AllowedFinding {
  readonly code: string;
  readonly objects: readonly string[];
  readonly message: string;
  readonly reason: string;
}

/** Whether one statement of `expect.yaml` holds. */
export interface ExpectationResult {
  readonly name: string;
  readonly passed: boolean;
  /** What differs; empty where it holds. */
  readonly message: string;
  /** Where the statement stands. */
  readonly file: string | null;
  readonly line: number | null;
}

/** Nodes of one cluster that were compared with each other. Differences do not decide about `passed`: findings do. */
export interface NodeComparison {
  /** In the order in which they were checked; at least two. */
  readonly nodes: readonly string[];
  readonly differences: readonly NodeDifference[];
}

/** Something that is not the same on all nodes although it should be. */
export interface NodeDifference {
  readonly kind: 'finding' | 'service' | 'setting';
  /** Code of the finding, `shop/web:http tcp`, or the setting. */
  readonly subject: string;
  /** The nodes that differ from the rest; where no majority agrees, some that agree with each other. */
  readonly nodes: readonly string[];
  /** The nodes that agree; empty where no majority does. */
  readonly rest: readonly string[];
  /** What `nodes` do. */
  readonly message: string;
}
