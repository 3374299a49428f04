import type { Bound } from './bounds.ts';
import type { Captures } from './captures.ts';
import type { Job } from './measure.ts';

/** What makes the captures of a group. */
export type CaptureMaker = Pick<
  Captures,
  | 'ofEndpoints'
  | 'ofFleet'
  | 'ofNativeServices'
  | 'ofOneService'
  | 'ofTwoNodes'
  | 'ofFlows'
  | 'withOneEndpointFewer'
  | 'answerOf'
>;

/** What is measured in turns. */
export interface Group {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  /** How often each job runs, after one turn that does not count. */
  readonly runs: number;
  /** The yardstick: the job that the others are divided by. */
  readonly unit: string;
  /** It takes so long that it only runs where `--only` names it. */
  readonly long?: true;
  prepare(captures: CaptureMaker): { readonly jobs: readonly Job[]; readonly bounds: readonly Bound[] };
}
