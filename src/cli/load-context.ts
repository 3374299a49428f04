import type { FlowFilter } from '../capture/live/collect-host.ts';
import type { ProblemList } from '../problems/problem.ts';
import type { Capture } from './capture.ts';
import type { SharedCluster } from './fleet/shared-cluster.ts';
import type { Progress } from './progress.ts';

/** What `loadCapture` needs besides the request. */
export interface LoadContext {
  stdin(): AsyncIterable<Buffer>;
  readonly problems: ProblemList;
  readonly progress: Progress;
  /** What the answer cannot do without: the rules, or a listing of flows instead. Absent: the rules. */
  readonly needs?: 'rules' | 'rules-or-flows';
  /** For several captures: those of one cluster are given its objects once. Absent: each reads its own. */
  readonly clusters?: SharedCluster;
  /** For a live node of whose flows only some are needed. Absent: all are. */
  readonly flowsOf?: FlowsOf;
}

/** Says which flows a question needs, once the rules are there. Throws UsageError where the question names nothing known. */
export type FlowsOf = (capture: Capture) => Promise<FlowFilter | null>;
