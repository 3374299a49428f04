import type fc from 'fast-check';
import type { Case } from './generate/case.ts';
import type { Lost } from './lost/lost-files.ts';
import type { NodeState } from './lost/node-states.ts';
import type { NativeText } from './nft/plan.ts';
import type { NativeRules, RuleText } from './node/test-node.ts';

/** Rule sets of one kind and one family, on a node of their own. */
export interface Lane {
  /** `iptables-nft/ipv4`. */
  readonly name: string;
  /**
   * @param seed what a lane may spread over its cases; fast-check generates from it, too
   * @param most packets that one rule set meets at most, without those that follow on their connections; absent: 12
   * @returns a case generated, and shrunk, by fast-check, given to `tell`
   */
  property(
    tell: (ready: ReadyCase) => Promise<void>,
    seed: number,
    most?: number,
  ): fc.IAsyncPropertyWithHooks<[unknown]>;
}

/** What is loaded, and sent. */
export interface ReadyCase {
  readonly rules: readonly RuleText[];
  /** Native rules, line by line; null: none. */
  readonly native: (NativeText & Pick<NativeRules, 'last'>) | null;
  readonly packets: Case['packets'];
  /** What is done to the node first; absent: nothing. */
  readonly state?: NodeState;
  /** The connections are older than the rules. Absent: they are not. */
  readonly older?: true;
  /** Files that the capture lacks: then the answer must hold without them. Absent: none. */
  readonly lost?: readonly Lost[];
}
