import type { Note, OutcomeItem } from '../../explain/explanation.ts';

/** Outcomes that hold under the same conditions; their shares add up to 1. */
export interface OutcomeGroup {
  readonly given: readonly Note[];
  /** Session affinity: each of these clients stays with the endpoint it had. */
  readonly sticky: boolean;
  readonly outcomes: readonly MergedOutcome[];
}

/** Outcomes that end alike, shown as one. */
export interface MergedOutcome {
  readonly share: number;
  readonly like: OutcomeItem;
  readonly ways: readonly OutcomeItem[];
}

/** @returns the outcomes by condition, in the order in which the trace met them; those that end alike are merged. */
export function groupOutcomes(outcomes: readonly OutcomeItem[]): OutcomeGroup[] {
  const groups = new Map<string, { given: readonly Note[]; sticky: boolean; outcomes: OutcomeItem[] }>();
  for (const outcome of outcomes) {
    const sticky = isSticky(outcome.given);
    const given = outcome.given.filter(({ code }) => code !== 'recent');
    const affinity = outcome.given.some(({ code }) => code === 'recent');
    const key = JSON.stringify([given.map(({ text }) => text), affinity && sticky]);
    const group = groups.get(key) ?? {
      given: affinity && !sticky ? [...given, NOT_SEEN] : given,
      sticky,
      outcomes: [],
    };
    group.outcomes.push(outcome);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => ({ ...group, outcomes: merge(group.outcomes, group.sticky) }));
}

const NOT_SEEN: Note = {
  code: 'recent',
  text: 'the client has no endpoint yet (session affinity)',
  settle: null,
};

/** The last answer about a list of recent clients was yes: this client goes where it went before. */
function isSticky(given: readonly Note[]): boolean {
  const last = given.filter(({ code }) => code === 'recent').at(-1);
  return last !== undefined && !last.text.includes(' was not entered in ');
}

function merge(outcomes: readonly OutcomeItem[], sticky: boolean): MergedOutcome[] {
  const merged = new Map<string, { share: number; like: OutcomeItem; ways: OutcomeItem[] }>();
  for (const outcome of outcomes) {
    const { verdict, destination, source, exit, rejectWith, decidedBy, reason } = outcome;
    const key = JSON.stringify(
      verdict === 'accept'
        ? [verdict, destination, source, exit]
        : [verdict, rejectWith, reason === null ? decidedBy : reason.text],
    );
    const same = merged.get(key) ?? { share: 0, like: outcome, ways: [] };
    // A client that stays with its endpoint is one certain way among several, not a share.
    same.share += sticky ? 1 / outcomes.length : outcome.probability;
    same.ways.push(outcome);
    merged.set(key, same);
  }
  return [...merged.values()];
}
