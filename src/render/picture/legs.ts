import type { OutcomeItem } from '../../explain/trace-list.ts';

/** A stretch of a connection on one node. */
export interface Leg {
  /** Null: the node that was captured, without a name. */
  readonly node: string | null;
  readonly direction: 'request' | 'answer';
  /** Step ids in the order in which the kernel meets them. */
  readonly path: readonly number[];
}

/** What a drawing shows of a connection: over which nodes it goes, and what its client sees. */
export interface DrawnConnection {
  readonly sees: 'works' | 'refused' | 'times-out' | 'wrong-source' | 'unknown';
  readonly reason: { readonly text: string } | null;
  readonly legs: readonly Leg[];
}

/** @returns the whole connection of an outcome; null where the document does not tell it. */
export function connectionOf(outcome: OutcomeItem): DrawnConnection | null {
  const told: OutcomeItem & { readonly connection?: DrawnConnection | null } = outcome;
  return told.connection ?? null;
}

/** @returns the stretches of an outcome: those of its connection where it tells them, else the one path of the packet. */
export function legsOf(outcome: OutcomeItem): readonly Leg[] {
  const legs = connectionOf(outcome)?.legs ?? [];
  return legs.length > 0 ? legs : [{ node: null, direction: 'request', path: outcome.path }];
}
