import type { ReportedFinding } from '../findings/reported-finding.ts';

/**
 * Why a Service does not work, or will not: a finding of `check`, or where no finding speaks of it, what the trace or the API
 * tells. One fault is one cause.
 */
export interface Cause extends Omit<ReportedFinding, 'page'> {
  /** The page of a finding; null for a cause that `check` has no code for: its code is then a word in lower case. */
  readonly page: string | null;
  /** True where it is why a packet that was asked about gets no answer. */
  readonly explains: boolean;
}

/** What share of new connections sees what; the five add up to 1. */
export interface Shares {
  readonly works: number;
  readonly refused: number;
  readonly timesOut: number;
  /** The answer comes from another address than was asked, and the client does not take it. */
  readonly wrongSource: number;
  readonly unknown: number;
}

/** What the client of one connection sees. */
export type Sees = keyof Shares;
