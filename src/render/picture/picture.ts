import type { GivenItem, OutcomeItem, StepItem } from '../../explain/trace-list.ts';

/** The ways of a packet as a drawing: boxes that ways pass, and ribbons between them. No format is decided here. */
export interface Picture {
  readonly columns: readonly Column[];
  /** Nodes that the ways cross, in the order in which they are reached; `null` alone where the capture names none. */
  readonly lanes: readonly (string | null)[];
  readonly boxes: readonly Box[];
  readonly ribbons: readonly Ribbon[];
  readonly ways: readonly Way[];
  readonly questions: readonly Question[];
}

/** A hook that ways pass: of the request, or of the answer's way back. */
export interface Column {
  readonly label: string;
  readonly direction: 'request' | 'answer';
}

/** A chain at a hook, where the packet begins, or how it ends. */
export interface Box {
  /** `b0`, `b1`, …: unique in the picture. */
  readonly id: string;
  readonly kind: 'start' | 'chain' | 'end';
  /** Index in `lanes`. */
  readonly lane: number;
  /** Index in `columns`; -1 for the start, and the number of columns for an end. */
  readonly column: number;
  /** How deep the chain was called from the chain of the hook: 0 for that itself. */
  readonly depth: number;
  /** The chain, or who gets the packet. As captured: not escaped. */
  readonly title: string;
  /** The table, or what becomes of the packet. */
  readonly subtitle: string;
  /** Rules and policies that ways passed here, each once. */
  readonly steps: readonly StepItem[];
  /** Further steps that are folded away. */
  readonly more: number;
  /** For how many boxes this one stands: 1, or those that are folded into it. */
  readonly stands: number;
  /** Step ids that decided a way. */
  readonly decides: readonly number[];
  /** Chains that were called from here and gave the packet back, on every way. */
  readonly asides: readonly Box[];
  readonly tone: Tone;
}

/** What it means for the connection. */
export type Tone = 'plain' | 'good' | 'bad' | 'unknown';

/** Ways that go from one box to the next. */
export interface Ribbon {
  readonly from: string;
  readonly to: string;
  /** Indexes in `ways`. */
  readonly ways: readonly number[];
  /** Of all packets, every open condition being as likely as another: 0 to 1. For widths, not for sentences. */
  readonly share: number;
  /** True where the packet comes back from there. */
  readonly returns: boolean;
}

/** One outcome, or alike ones that are folded into one. */
export interface Way {
  /** The first of them. */
  readonly outcome: OutcomeItem;
  /** Its conditions; session affinity is one. */
  readonly given: readonly GivenItem[];
  /** Under its conditions, all together. */
  readonly probability: number;
  readonly count: number;
  /** Ids of the boxes, asides among them, in order. */
  readonly boxes: readonly string[];
}

/** A condition that the capture leaves open. */
export interface Question {
  readonly number: number;
  readonly yes: string | null;
  readonly no: string | null;
}
