import { parseNftName } from '../../proxy/nft-names.ts';
import type { Outcome, Trace } from '../../trace/outcome.ts';
import { flat, type Given, type Question } from '../../trace/question.ts';

/** What happens under one set of conditions that the capture leaves open. */
export interface Alternative {
  /** Without those about session affinity: their outcomes are taken together. */
  readonly given: readonly Given[];
  readonly outcomes: readonly Outcome[];
  /** True where an affinity record, captured or possible, narrows the choice of endpoints. */
  readonly sticky: boolean;
}

/** Which endpoint a client is kept at. */
const STICKY: ReadonlySet<Question['code']> = new Set(['recent', 'ipvs-template'] as const);

/** Which endpoint it is: all of them are what the packet may come to. */
const OF_CHOICE: ReadonlySet<Question['code']> = new Set([...STICKY, 'ipvs-choice']);

/** Whether nftables mode remembers the client at an endpoint. */
function isAffinity(question: Question): boolean {
  return question.code === 'nft-element' && parseNftName(question.set)?.prefix === 'affinity';
}

/** @returns a trace's outcomes, taken together where they have the same conditions. */
export function alternativesOf(trace: Trace): Alternative[] {
  const groups = new Map<string, { given: Given[]; outcomes: Outcome[]; sticky: boolean }>();
  for (const outcome of trace.outcomes) {
    const given = outcome.given.filter(
      ({ question }) => !OF_CHOICE.has(question.code) && !isAffinity(question),
    );
    const key = flat(given);
    const group = groups.get(key) ?? { given, outcomes: [], sticky: false };
    group.outcomes.push(outcome);
    group.sticky ||= outcome.given.some(({ question }) => STICKY.has(question.code) || isAffinity(question));
    groups.set(key, group);
  }
  return [...groups.values()];
}
