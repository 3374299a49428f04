import type { Chain, Table } from '../iptables/ruleset.ts';
import type { Branch } from './branch.ts';
import { candidatesOf } from './candidates.ts';
import type { Observer } from './observer.ts';
import type { TwinBook, TwinJumps } from './twin-jumps.ts';

/** A chain, and where to go on once it ends. Immutable, so branches share their callers. */
export interface Frame {
  readonly chain: Chain;
  readonly candidates: readonly number[];
  /** Where the walk begins, or goes on once it comes back, in the candidates. */
  readonly position: number;
  readonly caller: Frame | null;
  /** Chains left by goto on the way into this one. */
  readonly left: LeftChain | null;
  /** True where RETURN brought the walk to the chain's end: rules that a cut dump lost behind it do not matter. */
  readonly returned: boolean;
  /** Notes jumps from here to endpoints; null where the chain leads to few or none. */
  readonly twins: TwinJumps | null;
}

/** Where a way goes on; null: behind the end of the first chain. */
export interface Place {
  branch: Branch;
  frame: Frame | null;
  /** In the candidates of the frame. */
  position: number;
}

interface LeftChain {
  readonly chain: Chain;
  readonly before: LeftChain | null;
}

/** What is told when a chain is entered. */
interface Walk {
  readonly table: Table;
  readonly observer: Observer | undefined;
  /** Null: every jump is followed. */
  readonly twins: TwinBook | null;
}

/** @returns the beginning of a chain, as a packet comes to it. @param left chains left by goto on the way */
export function enter(
  chain: Chain,
  branch: Branch,
  caller: Frame | null,
  left: LeftChain | null,
  { table, observer, twins }: Walk,
): Frame {
  observer?.entered(chain.rules, branch.state);
  return {
    chain,
    candidates: candidatesOf(chain.rules, branch.state.destination),
    position: 0,
    caller,
    left,
    returned: false,
    twins: twins?.enter(chain, table, branch.state.family) ?? null,
  };
}

/** The kernel refuses rule sets that lead back into a chain still being walked; a doctored or mixed dump can have them. */
export function isOnTheWay(chain: Chain, from: Frame): boolean {
  for (let frame: Frame | null = from; frame !== null; frame = frame.caller) {
    if (frame.chain === chain) return true;
    for (let left = frame.left; left !== null; left = left.before) if (left.chain === chain) return true;
  }
  return false;
}

/** @returns where RETURN leads, and a chain that was gone to once it ends; out of a built-in chain to its policy. */
export function behind(frame: Frame): Frame | null {
  return frame.chain.policy === null
    ? frame.caller
    : { ...frame, position: frame.candidates.length, returned: true };
}
