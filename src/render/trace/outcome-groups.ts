import type { Note, OutcomeItem } from '../../explain/explanation.ts';
import { findOpposites, shortenCases } from './cases.ts';

/** Outcomes that hold under the same conditions; their shares add up to 1. */
export interface OutcomeGroup {
  /** What holds in every case. */
  readonly given: readonly Note[];
  /** Cases that end alike: what each has besides `given`. Empty where `given` is all. */
  readonly cases: readonly (readonly Note[])[];
  /** Session affinity: each of these clients stays with the endpoint it had. */
  readonly sticky: boolean;
  readonly outcomes: readonly MergedOutcome[];
}

/** Outcomes that end alike, shown as one. */
export interface MergedOutcome {
  readonly share: number;
  readonly like: OutcomeItem;
  /** Of the first case, where several end alike. */
  readonly ways: readonly OutcomeItem[];
}

/**
 * @returns the outcomes by condition, in the order in which the trace met them. Outcomes that end alike are merged, and so
 * are conditions under which all ends alike.
 */
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
  return mergeAlike(
    [...groups.values()].map(({ given, sticky, outcomes: all }) => {
      const merged = merge(all, sticky);
      // Who is refused has no endpoint to stay with.
      const reaches = merged.some(({ like }) => like.verdict === 'accept');
      return {
        given: reaches ? given : given.filter((note) => note !== NOT_SEEN),
        cases: [],
        sticky: sticky && reaches,
        outcomes: merged,
      };
    }),
  );
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
    const key = endOf(outcome, false);
    const same = merged.get(key) ?? { share: 0, like: outcome, ways: [] };
    // A client that stays with its endpoint is one certain way among several, not a share.
    same.share += sticky ? 1 / outcomes.length : outcome.probability;
    same.ways.push(outcome);
    merged.set(key, same);
  }
  return [...merged.values()];
}

/** What tells outcomes apart in the text; what is said beside them counts only where conditions are compared. */
function endOf(outcome: OutcomeItem, withRemarks: boolean): string {
  const { verdict, destination, source, exit, rejectWith, decidedBy, reason, service, remarks } = outcome;
  const said = withRemarks ? remarks.map(({ text }) => text) : [];
  return JSON.stringify(
    verdict === 'accept'
      ? [verdict, destination, source, exit, service, said]
      : [verdict, rejectWith, reason === null ? decidedBy : reason.text, service, said],
  );
}

/** Under conditions that end alike the answer is told once, and only what matters of the conditions. */
function mergeAlike(groups: OutcomeGroup[]): OutcomeGroup[] {
  if (groups.length < 2) return groups;
  const alike = new Map<string, OutcomeGroup[]>();
  for (const group of groups) {
    const ends = group.outcomes.map(({ like, share }) => `${share.toFixed(6)} ${endOf(like, true)}`);
    const key = JSON.stringify([group.sticky, group.given.includes(NOT_SEEN), ...ends.sort()]);
    const same = alike.get(key);
    if (same === undefined) alike.set(key, [group]);
    else same.push(group);
  }
  const opposites = findOpposites(groups.map(({ given }) => given.filter((note) => note !== NOT_SEEN)));
  return [...alike.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    if (same.length === 1) return [first];
    const cases = shortenCases(
      same.map(({ given }) => given),
      opposites,
    );
    const [one = [], ...others] = cases;
    // All that there is ends alike: no condition matters.
    const inAll =
      alike.size === 1
        ? one.filter((note) => note === NOT_SEEN)
        : one.filter(({ text }) => others.every((notes) => notes.some((note) => note.text === text)));
    if (alike.size === 1 || others.length === 0) return [{ ...first, given: alike.size === 1 ? inAll : one }];
    const rest = cases.map((notes) => notes.filter(({ text }) => !inAll.some((note) => note.text === text)));
    return [{ ...first, given: inAll, cases: rest }];
  });
}
