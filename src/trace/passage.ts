import type { HookName } from '../iptables/ruleset.ts';
import type { Range } from '../net/range.ts';
import type { Branch, Ending } from './branch.ts';

/** A place on a packet's way through the node where it can be taken up: a hook from its first program, and what follows it. */
export type Stage = HookName;

/** The packet goes on with what stands next. */
export interface Next {
  readonly kind: 'next';
  readonly branch: Branch;
}

/** Nothing more happens to the packet. */
export interface Ended {
  readonly kind: 'ended';
  readonly ending: Ending;
}

/** What a program at a hook makes of a branch: one of these for each way that the packet can go from there. */
export type Passage =
  | Next
  | Ended
  /** The packet leaves this hook and is taken up elsewhere, as IPVS sends what came in through OUTPUT. */
  | { readonly kind: 'resume'; readonly branch: Branch; readonly at: Stage };

/** What a nat chain makes of a branch. The first chain that maps the packet ends the list of nat chains. */
export type NatPassage =
  | Next
  | Ended
  /** `ports`: the source ports of which the rule lets the kernel choose; null: any. */
  | { readonly kind: 'mapped'; readonly branch: Branch; readonly ports: Range | null };

/** @returns a passage to what stands next. */
export function next(branch: Branch): Next {
  return { kind: 'next', branch };
}

/** @returns a passage that is an end. */
export function ended(ending: Ending): Ended {
  return { kind: 'ended', ending };
}

/** @returns true for a passage to what stands next. */
export function isNext<F extends { readonly kind: string }>(passage: Next | F): passage is Next {
  return passage.kind === 'next';
}
