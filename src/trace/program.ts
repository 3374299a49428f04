import type { HookName } from '../iptables/ruleset.ts';
import type { Branch } from './branch.ts';
import type { TraceContext } from './context.ts';
import type { NatPassage, Passage } from './passage.ts';
import type { World } from './world.ts';

/**
 * Something that the kernel runs for each packet at a hook: connection tracking, a chain of a table, the nat step, a
 * load balancer. It turns a branch into the ways that the packet can go on from there, and keeps nothing between packets.
 *
 * `P` is what comes out: a {@link Passage}, or of a chain of type nat a {@link NatPassage}.
 */
export interface Program<P extends { readonly kind: string }> {
  readonly hook: HookName;
  /**
   * Lower is asked first. The number that the kernel was given; of a nat chain it orders the chains within the nat step
   * only, which has a number of its own (nf_nat_register_fn).
   */
  readonly priority: number;
  readonly registration: Registration;
  /** False where it lets every packet go on as it came, so that it cannot matter when it is asked. */
  readonly acts: boolean;
  run(branch: Branch, context: TraceContext): readonly P[];
}

/** Who hung a program at its hook, and when. Of two at one priority the one registered later is asked first. */
export interface Registration {
  /** Programs of one registrant were registered as the source lists them: `iptables-nft`, `inet firewalld`. */
  readonly by: string;
  /** Its place among all that were registered, where the capture tells it (`nft list hooks`): higher is later. */
  readonly rank: number | null;
}

/** Stands at a hook, in order of priority. */
export type HookProgram = Program<Passage>;

/** Stands in the one list of nat chains of a hook, whichever table, family or backend it is of. */
export type NatChain = Program<NatPassage>;

/**
 * Finds the programs of one kind in a world. It is asked once for each world, so it may be thorough; and it makes nothing
 * of rules that no packet has come to yet.
 *
 * To add a kind: a member of `Place` for its steps, a source, and its line in SOURCES (programs.ts). What it reads becomes a
 * field of {@link World}. Native nft tables (nft/programs.ts) and IPVS (ipvs/programs.ts) are two.
 *
 * A chain of type route, and whatever else may change what routing rests on at OUTPUT, passes its result through
 * `reroutedAtOutput`.
 */
export interface ProgramSource {
  programs?(world: World): readonly HookProgram[];
  natChains?(world: World): readonly NatChain[];
}
