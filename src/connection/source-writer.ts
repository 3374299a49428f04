import { type Address, sameAddress } from '../net/address.ts';
import type { Direction, Leg, SourceWriter } from './connection.ts';

/** Actions of steps that give a packet another source. */
const WRITES_SOURCE: ReadonlySet<string> = new Set(['snat', 'masquerade', 'netmap']);

/**
 * An answer goes to whom the request came from: where that is a stranger, what wrote the address is to blame, and not the node
 * on which the answer ends.
 * @param direction of the packets that got it as their source @returns null where no rule wrote it
 */
export function sourceWriter(
  legs: readonly Leg[],
  direction: Direction,
  address: Address,
): SourceWriter | null {
  for (const leg of [...legs].reverse()) {
    const { end, path } = leg.outcome;
    const from = end.source.address;
    if (leg.direction !== direction || end.sourceRewrite === 'none') continue;
    if (from === null || !sameAddress(from, address)) continue;
    const step = path.findLast((entry) => WRITES_SOURCE.has(entry.step.action))?.step;
    if (step !== undefined) return { leg, step };
  }
  return null;
}
