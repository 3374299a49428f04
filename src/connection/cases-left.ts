import type { Outcome } from '../trace/outcome.ts';
import { flat, type Given, keyOf } from '../trace/question.ts';

/** What may become of a packet that rests on these answers, and on no others that are open. */
export interface CaseLeft {
  readonly given: readonly Given[];
  readonly outcomes: readonly Outcome[];
}

/**
 * A later packet of a connection meets the questions of the packets before it again, and finds the same answers.
 * @param before what packets of the same connection on the same node rest on
 * @returns the cases that are left, by the answers to new questions; where no outcome fits, all outcomes in theirs
 */
export function casesLeft(outcomes: readonly Outcome[], before: readonly Given[]): readonly CaseLeft[] {
  const held = new Map(before.map(({ question, held: answer }) => [keyOf(question), answer] as const));
  const fitting = outcomes.filter(({ given }) =>
    given.every((one) => (held.get(keyOf(one.question)) ?? one.held) === one.held),
  );
  if (fitting.length === 0) return grouped(outcomes, ({ given }) => given);
  return grouped(fitting, ({ given }) => given.filter((one) => !held.has(keyOf(one.question))));
}

/** @param open the answers that tell an outcome's case @returns the outcomes by them, in the order in which they were met */
export function grouped(
  outcomes: readonly Outcome[],
  open: (outcome: Outcome) => readonly Given[],
): CaseLeft[] {
  const cases = new Map<string, { given: readonly Given[]; outcomes: Outcome[] }>();
  for (const outcome of outcomes) {
    const given = open(outcome);
    const key = flat(given.map(({ question, held }) => [question, held]));
    const same = cases.get(key);
    if (same === undefined) cases.set(key, { given, outcomes: [outcome] });
    else same.outcomes.push(outcome);
  }
  return [...cases.values()];
}
