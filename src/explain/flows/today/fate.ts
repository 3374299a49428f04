import type { Address } from '../../../net/address.ts';
import type { Ending } from '../../../trace/branch.ts';

/** Where a new connection would go that a flow of the table is compared with. */
export interface Goal {
  readonly to: Address;
  readonly toPort: number | null;
  /** Its source address is rewritten. */
  readonly masqueraded: boolean;
}

/** What the rules of today make of the first packet of a flow: every way that it can go. */
export interface Fate {
  /** Ways on which it passes: no others leave an entry in the table. */
  readonly goals: readonly Goal[];
  readonly dropped: boolean;
  readonly rejected: boolean;
  /** Some way could not be followed to its end: nothing is said of flows that went none of the others. */
  readonly open: boolean;
}

/** @param source of the first packet @param endings every way it can go, as a trace tells them */
export function fateOf(source: Address, endings: readonly Ending[]): Fate {
  const goals = new Map<string, Goal>();
  for (const { verdict, branch } of endings) {
    if (verdict !== 'accept') continue;
    const { destination, destinationPort, source: left, sourceRewrite } = branch.state;
    // MASQUERADE of what has the address already rewrites nothing.
    const masqueraded = sourceRewrite !== 'none' && left.address?.value !== source.value;
    const goal = { to: destination, toPort: destinationPort, masqueraded };
    goals.set(`${destination.value} ${destinationPort} ${masqueraded}`, goal);
  }
  return {
    goals: [...goals.values()],
    dropped: endings.some(({ verdict }) => verdict === 'drop'),
    rejected: endings.some(({ verdict }) => verdict === 'reject'),
    open: endings.length === 0 || endings.some(({ verdict }) => verdict === 'unknown' || verdict === 'queue'),
  };
}
