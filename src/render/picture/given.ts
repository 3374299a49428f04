import type { GivenItem, OutcomeItem } from '../../explain/trace-list.ts';
import { isAffinityList } from '../affinity.ts';

/** No question of the trace has this number. */
const AFFINITY = -1;

/**
 * @returns the conditions of an outcome. Session affinity asks a list of clients for each endpoint; told is one condition, whether
 *   the client has an endpoint already: thousands of switches would say no more.
 */
export function conditionsOf({ given }: OutcomeItem): readonly GivenItem[] {
  const others = given.filter((item) => !isAffinityList(item));
  if (others.length === given.length) return given;
  return [...others, isSticky(given) ? HAS_ENDPOINT : HAS_NONE];
}

/** @returns true where the client stays with an endpoint that it has: a certain way for it, and no share. */
export function isSticky(given: readonly GivenItem[]): boolean {
  return given.findLast(isAffinityList)?.held === true;
}

/** @returns the conditions as a key: outcomes of equal ones add up to 1. */
export function caseKey(given: readonly GivenItem[]): string {
  return JSON.stringify(given.map(({ question, held }) => [question, held]));
}

const HAS_ENDPOINT: GivenItem = {
  code: 'recent',
  text: 'the client has an endpoint already (session affinity)',
  settle: null,
  question: AFFINITY,
  held: true,
  affinity: true,
  joined: 0,
};

const HAS_NONE: GivenItem = {
  ...HAS_ENDPOINT,
  text: 'the client has no endpoint yet (session affinity)',
  held: false,
};
