import type { Way } from '../../connection/connection.ts';
import type { OutcomeItem } from '../trace-list.ts';
import type { ConnectionItem, ConnectionWay, Sees } from './connection-item.ts';

/** A way of a connection as it is told, and what that was made of. */
export interface FollowedWay {
  readonly told: ConnectionWay;
  /** The part of the outcome's share; `reason` where that is told. Null where the connection was not followed. */
  readonly way: (Pick<Way, 'legs' | 'reason'> & { readonly part: number }) | null;
}

/** @returns a connection as the contract prints it: its greatest way, and others behind it. @param item the outcome that begins it */
export function connectionOf(
  item: Pick<OutcomeItem, 'probability'>,
  ways: readonly FollowedWay[],
): ConnectionItem {
  const [first, ...others] = ways.map(({ told }) => told).sort(greatestFirst);
  if (first === undefined)
    return { sees: 'unknown', share: item.probability, reason: null, legs: [], others };
  return { ...first, others };
}

type End = Pick<ConnectionWay, 'sees' | 'share'>;

/** The order of a connection's ways: of equal shares the worst is told first. */
export function greatestFirst(a: End, b: End): number {
  return b.share - a.share || WORST.indexOf(a.sees) - WORST.indexOf(b.sees);
}

const WORST: readonly Sees[] = ['times-out', 'refused', 'wrong-source', 'unknown', 'works'];
