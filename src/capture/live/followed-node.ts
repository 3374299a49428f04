import { ProblemList } from '../../problems/problem.ts';
import { collectRules } from './collect-rules.ts';
import { Collector } from './collector.ts';
import { describeFailure, failureText } from './describe-failure.ts';
import type { Lifeline } from './lifeline.ts';
import { FLOW_EVENTS } from './probes.ts';
import type { ReachedNode } from './reach-node.ts';
import type { Follow } from './run-command.ts';
import { UnreachableError } from './unreachable-error.ts';

/** A node that was read and can still be asked. */
export interface FollowedNode<State> {
  readonly state: State;
  /** Reads rules and facts once more. @returns null where the rules could not be read. Throws InterruptedError. */
  again(): Promise<State | null>;
  /**
   * Hands on what conntrack tells of flows as they come and go, until that ends.
   * @returns how it ended, as a clause. Throws UnreachableError where it cannot be followed; InterruptedError.
   */
  follow(follow: Follow): Promise<string>;
}

/** @param read reads what belongs to rules that were just collected. @returns the node, for as long as it is reached. */
export function followedNode<State>(
  reached: ReachedNode,
  state: State,
  read: (again: ReachedNode) => Promise<State>,
  lifeline: Lifeline,
): FollowedNode<State> {
  const { place } = reached.collector;
  return {
    state,
    async again() {
      // What is missing was told when the node was read first.
      const collector = new Collector(place, new ProblemList(), lifeline.onStep);
      const rules = await collectRules(collector, false);
      return rules.save.failure === null ? await read({ ...reached, collector, rules }) : null;
    },
    async follow(follow) {
      const result = await place.follow(FLOW_EVENTS.argv, follow);
      const { failure } = result;
      if (failure === null || failure === 'signal') return `${place.prefix}conntrack -E ended`;
      // Through kubectl the status of what a signal ended is 128 and its number.
      if (failure === 'status' && (result.exitStatus ?? 0) > 128)
        return `${place.prefix}conntrack -E was ended there`;
      const problem = describeFailure(result, FLOW_EVENTS, place);
      throw new UnreachableError(problem.code, failureText(problem, place));
    },
  };
}
