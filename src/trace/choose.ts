import { type Unknown, unknown } from './answer.ts';
import { answered, type Branch, decided } from './branch.ts';
import type { Question } from './question.ts';
import type { Questions } from './questions.ts';

/**
 * Splits a branch by a question that no capture settles, unless it answered it before.
 * @returns the branch for each answer that it may have, yes first. What an answer tells of the packet is not applied: see `answeredBy`.
 */
export function eitherWay(
  branch: Branch,
  question: Unknown,
  questions: Questions,
): { readonly branch: Branch; readonly held: boolean }[] {
  const known = answered(branch, question);
  if (known !== null) return [{ branch, held: known }];
  questions.met(question, branch.probability);
  return [true, false].map((held) => ({ branch: decided(branch, question, held), held }));
}

/** One of several ways of which the kernel takes one that no capture tells. */
export interface Choice<T> {
  readonly value: T;
  readonly question: Question;
}

/**
 * Splits a branch among several ways. Each is a question of its own, so that one that comes up after chance has split
 * the packet's ways can be asked again before the dice.
 */
export function choose<T>(
  branch: Branch,
  choices: readonly Choice<T>[],
  questions: Questions,
): { readonly branch: Branch; readonly value: T }[] {
  const taken: { branch: Branch; value: T }[] = [];
  let rest = branch;
  for (const [index, choice] of choices.entries()) {
    const { value } = choice;
    const question = unknown(choice.question);
    const held = answered(rest, question);
    const isLast = index === choices.length - 1;
    // One way is taken, also where all of them were denied of other choices before.
    if (held === false && !(isLast && taken.length === 0)) continue;
    if (held === true || isLast) return [...taken, { branch: rest, value }];
    questions.met(question, rest.probability);
    taken.push({ branch: decided(rest, question, true), value });
    rest = decided(rest, question, false);
  }
  return taken;
}
