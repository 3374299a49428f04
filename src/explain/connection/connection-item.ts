import type { Note } from '../explanation.ts';

/** What the client sees; `wrong-source`: an answer from an address that it never asked. */
export type Sees = 'works' | 'refused' | 'times-out' | 'wrong-source' | 'unknown';

/** One packet of a connection on its way through one node. */
export interface LegItem {
  /** Null where the capture does not name it. */
  readonly node: string | null;
  readonly direction: 'request' | 'answer';
  /** The interface it comes in by; null for what the node itself sends, and where it is not known. */
  readonly enters: string | null;
  /** The interface it leaves by; null where it stays. */
  readonly leaves: string | null;
  /** Step ids of the item, in the order in which the kernel of the node meets them. */
  readonly path: readonly number[];
}

/** One way of a connection, there and back. */
export interface ConnectionWay {
  readonly sees: Sees;
  /** Of all connections of the item, given the outcome's conditions. */
  readonly share: number;
  /** Null where it works. */
  readonly reason: Note | null;
  /** It is sent to a router for a pod of another node, and nobody says that the router knows the way. Absent: it is not. */
  readonly astray?: boolean;
  /** Id of the step that gave a packet the address for which it fails, on whichever node. Absent: none did, or it is not that. */
  readonly writtenBy?: number;
  /** Code of what ended its last packet where no rule did: `rp-filter`, `no-route`, … Absent: nothing, or a rule. */
  readonly endedBy?: string;
  readonly legs: readonly LegItem[];
}

/** The whole connection of an outcome, as far as the captured nodes tell: its greatest way, and others behind it. */
export interface ConnectionItem extends ConnectionWay {
  /** Where further nodes send it several ways: the others. */
  readonly others: readonly ConnectionWay[];
}

/** Shares of what clients see: what all cases agree on that the capture leaves open, the rest unknown. */
export interface ConnectionShares {
  readonly works: number;
  readonly refused: number;
  readonly timesOut: number;
  readonly wrongSource: number;
  readonly unknown: number;
}
