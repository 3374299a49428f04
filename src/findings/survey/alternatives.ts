import { isAffinity } from '../../connection/affinity.ts';
import type { Outcome, Trace } from '../../trace/outcome.ts';
import { flat, type Given } from '../../trace/question.ts';

/** What happens under one set of conditions that the capture leaves open. */
export interface Alternative {
  /** Without those about session affinity: their outcomes are taken together. */
  readonly given: readonly Given[];
  readonly outcomes: readonly Outcome[];
  /** True where an affinity record, captured or possible, narrows the choice of endpoints. */
  readonly sticky: boolean;
}

/** @returns a trace's outcomes, taken together where they have the same conditions. */
export function alternativesOf(trace: Trace): Alternative[] {
  const groups = new Map<string, { given: Given[]; outcomes: Outcome[]; sticky: boolean }>();
  for (const outcome of trace.outcomes) {
    // Which endpoint it is: all of them are what the packet may come to.
    const given = outcome.given.filter(
      ({ question }) => question.code !== 'ipvs-choice' && !isAffinity(question),
    );
    const key = flat(given);
    const group = groups.get(key) ?? { given, outcomes: [], sticky: false };
    group.outcomes.push(outcome);
    group.sticky ||= outcome.given.some(({ question }) => isAffinity(question));
    groups.set(key, group);
  }
  return [...groups.values()];
}
