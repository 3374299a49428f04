import type { GivenItem, OutcomeItem } from '../../explain/trace-list.ts';
import { isAffinityList } from '../affinity.ts';
import { sameGiven, shortenCases } from './cases.ts';

/** Outcomes that hold under the same conditions; their shares add up to 1. */
export interface OutcomeGroup {
  /** What holds in every case. */
  readonly given: readonly GivenItem[];
  /** Cases that end alike: what each has besides `given`. Empty where `given` is all. */
  readonly cases: readonly (readonly GivenItem[])[];
  /** Set where it has too many cases to tell, and all the other groups are told before it: it is what is left. */
  readonly isRest?: true;
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
export function groupOutcomes(outcomes: readonly OutcomeItem[]): readonly OutcomeGroup[] {
  const known = GROUPED.get(outcomes) ?? grouped(outcomes);
  GROUPED.set(outcomes, known);
  return known;
}

/** The answer, the path and what is open are told of the same outcomes. */
const GROUPED = new WeakMap<readonly OutcomeItem[], readonly OutcomeGroup[]>();

function grouped(outcomes: readonly OutcomeItem[]): OutcomeGroup[] {
  const groups = new Map<string, Group>();
  // Ways that rest on the same have one list.
  const byList = new Map<OutcomeItem['given'], Group>();
  for (const outcome of outcomes) {
    const group = byList.get(outcome.given) ?? groupOf(outcome.given, groups);
    byList.set(outcome.given, group);
    group.outcomes.push(outcome);
  }
  const all = mergeAlike(
    [...groups.values()].map(({ given, sticky, outcomes: all }) => {
      const merged = merge(all, sticky);
      // Who is refused has no endpoint to stay with.
      const reaches = merged.some(({ like }) => like.verdict === 'accept');
      return {
        given: reaches ? given : given.filter((each) => each !== NOT_SEEN),
        cases: [],
        sticky: sticky && reaches,
        outcomes: merged,
      };
    }),
  );
  return withRestLast(all);
}

interface Group {
  readonly given: readonly GivenItem[];
  readonly sticky: boolean;
  readonly outcomes: OutcomeItem[];
}

/** @returns the group of outcomes with these conditions, which is put to the others if it is the first. */
function groupOf(all: readonly GivenItem[], groups: Map<string, Group>): Group {
  const sticky = isSticky(all);
  const given = all.filter((item) => !isAffinityList(item));
  const affinity = all.some(isAffinityList);
  const key = JSON.stringify([given.map(({ question, held }) => [question, held]), affinity && sticky]);
  const group = groups.get(key) ?? {
    given: affinity && !sticky ? [...given, NOT_SEEN] : given,
    sticky,
    outcomes: [],
  };
  groups.set(key, group);
  return group;
}

/** Cases beyond this are not read by anybody. */
const TOLD = 4;

/** Some way is always taken: where all but one are told, the one with too many cases is every other. */
function withRestLast(groups: OutcomeGroup[]): OutcomeGroup[] {
  const [longest] = [...groups].sort((a, b) => b.cases.length - a.cases.length);
  if (longest === undefined || groups.length < 2 || longest.cases.length <= TOLD || longest.sticky)
    return groups;
  return [...groups.filter((group) => group !== longest), { ...longest, isRest: true }];
}

/** Told for all the lists that do not hold the client. No question of the trace has this number. */
const NOT_SEEN: GivenItem = {
  code: 'recent',
  text: 'the client has no endpoint yet (session affinity)',
  settle: null,
  question: -1,
  held: true,
  affinity: true,
  joined: 0,
};

/** The last answer about a list of recent clients was yes: this client goes where it went before. */
function isSticky(given: readonly GivenItem[]): boolean {
  return given.findLast(isAffinityList)?.held === true;
}

function merge(outcomes: readonly OutcomeItem[], sticky: boolean): MergedOutcome[] {
  const all: { share: number; like: OutcomeItem; ways: OutcomeItem[] }[] = [];
  // What endpoints that fare alike have in common is one text, which is looked up by itself.
  const merged = new Map<string, Map<string, (typeof all)[number]>>();
  for (const outcome of outcomes) {
    const { how, where } = endOf(outcome);
    // A client that stays with its endpoint is one certain way among several, not a share.
    const share = sticky ? 1 / outcomes.length : outcome.probability;
    const alike = merged.get(how) ?? new Map<string, (typeof all)[number]>();
    merged.set(how, alike);
    const same = alike.get(where);
    if (same === undefined) {
      const one = { share, like: outcome, ways: [outcome] };
      alike.set(where, one);
      all.push(one);
    } else {
      same.share += share;
      same.ways.push(outcome);
    }
  }
  return all;
}

/** What tells outcomes apart in the text. */
function endOf(outcome: OutcomeItem): { readonly how: string; readonly where: string } {
  const { verdict, destination, rejectWith, decidedBy, reason, service } = outcome;
  if (verdict === 'accept')
    return { how: wayOf(outcome), where: `${destination.address} ${destination.port}` };
  return { how: JSON.stringify([verdict, rejectWith, reason ?? decidedBy, service]), where: '' };
}

/** How an accepted packet leaves; of endpoints that fare alike these are the same objects. */
function wayOf({ source, exit, service }: OutcomeItem): string {
  const known = WAYS.get(source);
  if (known?.exit === exit && known.service === service) return known.text;
  const text = JSON.stringify([source, exit, service]);
  WAYS.set(source, { exit, service, text });
  return text;
}

const WAYS = new WeakMap<
  OutcomeItem['source'],
  Pick<OutcomeItem, 'exit' | 'service'> & { readonly text: string }
>();

/** What tells groups apart before their ends do. */
function kindOf({ sticky, given, outcomes }: OutcomeGroup): string {
  return `${sticky} ${given.includes(NOT_SEEN)} ${outcomes.length}`;
}

function endsOf({ outcomes }: OutcomeGroup): string {
  const ends = outcomes.map(({ like, share }) => {
    const { how, where } = endOf(like);
    // What is said beside an outcome counts only where conditions are compared.
    const said = JSON.stringify(like.remarks.map(({ text }) => text));
    return `${share.toFixed(6)} ${where} ${how} ${said}`;
  });
  return JSON.stringify(ends.sort());
}

/** Under conditions that end alike the answer is told once, and only what matters of the conditions. */
function mergeAlike(groups: OutcomeGroup[]): OutcomeGroup[] {
  if (groups.length < 2) return groups;
  const alike = new Map<string, OutcomeGroup[]>();
  const kinds = groups.map(kindOf);
  for (const [index, group] of groups.entries()) {
    const kind = kinds[index] ?? '';
    // How 5,000 ways end is spelled only where there is another group to hold them against.
    const key = kinds.indexOf(kind) === kinds.lastIndexOf(kind) ? kind : `${kind} ${endsOf(group)}`;
    const same = alike.get(key);
    if (same === undefined) alike.set(key, [group]);
    else same.push(group);
  }
  return [...alike.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    if (same.length === 1) return [first];
    const cases = shortenCases(same.map(({ given }) => given));
    const [one = [], ...others] = cases;
    // All that there is ends alike: no condition matters.
    const inAll =
      alike.size === 1
        ? one.filter((each) => each === NOT_SEEN)
        : one.filter((each) => others.every((given) => given.some((other) => sameGiven(other, each))));
    if (alike.size === 1 || others.length === 0) return [{ ...first, given: alike.size === 1 ? inAll : one }];
    const rest = cases.map((given) => given.filter((each) => !inAll.some((other) => sameGiven(other, each))));
    return [{ ...first, given: inAll, cases: rest }];
  });
}
