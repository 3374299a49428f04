import type { FlowProblemCode } from '../../flow-problem-code.ts';

/**
 * Why a flow goes another way than the rules of today would send its first packet.
 * - `stale`: it is stuck: conntrack sends it where nothing sends new ones
 * - `foreign-nat`: a rule that is not kube-proxy's translates it
 * - `rules-changed`: the endpoint is there, or was, and the rules choose it no more
 * - `unknown`: nothing that was captured explains it
 */
export type DifferenceCause = 'stale' | 'foreign-nat' | 'rules-changed' | 'unknown';

/** Translated flows compared with what the rules of today would do with their first packets. */
export interface FlowAgreement {
  /** Flows with a source or destination address that was rewritten, of those asked for. */
  readonly translated: number;
  readonly agree: number;
  readonly differ: number;
  /** Of which what the rules would do cannot be told, or was not traced. */
  readonly notCompared: number;
  /** What would tell of some of those that were not compared; null where nothing is known that would. */
  readonly settle: string | null;
  readonly causes: readonly { readonly cause: DifferenceCause; readonly flows: number }[];
  /** Flows that differ alike stand together; the most first, at most a hundred. */
  readonly differing: readonly DifferingFlows[];
}

/** Flows of one destination that go to one place, where the rules of today would not send them so. */
export interface DifferingFlows {
  readonly cause: DifferenceCause;
  /** What is wrong with them, as `problems` of a flow has it; null where nothing else is. */
  readonly problem: FlowProblemCode | null;
  readonly flows: number;
  readonly protocol: string;
  /** Of the first of them. */
  readonly client: string;
  readonly destination: { readonly address: string; readonly port: number | null };
  readonly goesTo: { readonly address: string; readonly port: number | null };
  readonly masqueraded: boolean;
  readonly today: FirstPacketToday;
  /** Where the first of them stands; null where its line could not be read again. */
  readonly file: string | null;
  readonly line: number | null;
}

/** What the rules of today would do with the first packet. */
export interface FirstPacketToday {
  /** `mixed`: some of the ways it can go end so, others so. */
  readonly verdict: 'accept' | 'drop' | 'reject' | 'mixed';
  /** Where it would go, at most eight. */
  readonly destinations: readonly { readonly address: string; readonly port: number | null }[];
  /** Further ones. */
  readonly more: number;
  /** Null where it would on some ways and not on others, or goes nowhere. */
  readonly masqueraded: boolean | null;
}
