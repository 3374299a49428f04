import type { OutcomeItem, StepItem } from '../../explain/trace-list.ts';
import { type Visit, visitsOf } from './visits.ts';

/** Ways that are alike but for the endpoint, and how many: more than these are folded. */
const SHOWN = 8;

/** An outcome with its visits; one that stands for others has no chains of their own to show. */
export interface FoldedWay {
  readonly outcome: OutcomeItem;
  readonly probability: number;
  readonly count: number;
  readonly visits: readonly Visit[];
  /** Keys of visits that stand for as many others. */
  readonly folded: ReadonlySet<string>;
}

/**
 * @param steps by id.
 * @returns the ways, of each kind that has many only the first few and one for the rest: a fan of 5,000 endpoints is 9 ways.
 */
export function foldWays(
  outcomes: readonly OutcomeItem[],
  steps: ReadonlyMap<number, StepItem>,
): FoldedWay[] {
  const all = outcomes.map((outcome) => ({ outcome, visits: visitsOf(outcome, steps) }));
  const passed = new Map<string, number>();
  for (const { visits } of all) {
    for (const key of new Set(visits.map((visit) => visit.key))) passed.set(key, (passed.get(key) ?? 0) + 1);
  }
  const isNarrow = (visit: Visit) => (passed.get(visit.key) ?? 0) * SHOWN <= outcomes.length;
  const kinds = new Map<string, typeof all>();
  for (const way of all) {
    const kind = kindOf(way.outcome, way.visits, isNarrow);
    const alike = kinds.get(kind);
    if (alike === undefined) kinds.set(kind, [way]);
    else alike.push(way);
  }
  return [...kinds.values()].flatMap((alike) => {
    // One that stands for a single other would save nothing.
    const few = alike.length <= SHOWN + 1 ? alike.length : SHOWN;
    const shown = alike.slice(0, few).map(({ outcome, visits }) => ({
      outcome,
      probability: outcome.probability,
      count: 1,
      visits,
      folded: new Set<string>(),
    }));
    const rest = alike.slice(few);
    const [first] = rest;
    if (first === undefined) return shown;
    return [
      ...shown,
      {
        outcome: first.outcome,
        probability: rest.reduce((sum, { outcome }) => sum + outcome.probability, 0),
        count: rest.length,
        visits: first.visits,
        folded: new Set(first.visits.filter(isNarrow).map(({ key }) => key)),
      },
    ];
  });
}

function kindOf(outcome: OutcomeItem, visits: readonly Visit[], isNarrow: (visit: Visit) => boolean): string {
  const { given, verdict, source, exit, remarks, endpoint, reason, rejectWith } = outcome;
  return JSON.stringify([
    given.map(({ question, held }) => [question, held]),
    [verdict, rejectWith, reason?.code, source.rewrite, exit?.kind, endpoint?.thisNode],
    remarks.map(({ code, effect }) => [code, effect]),
    visits.map((visit) => (isNarrow(visit) ? [visit.column, visit.depth] : visit.key)),
  ]);
}
