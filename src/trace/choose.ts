import { type Unknown, unknown } from './answer.ts';
import { answered, type Branch, decided } from './branch.ts';
import type { Condition } from './outcome.ts';
import type { Questions } from './questions.ts';

/** One of several ways of which the kernel takes one that no capture tells. */
export interface Choice<T> {
  readonly value: T;
  /** Equal keys are the same question, as in {@link Unknown}. */
  readonly key: string;
  readonly condition: Condition;
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
  for (const [index, { value, key, condition }] of choices.entries()) {
    const held = answered(rest, key);
    if (held === false) continue;
    if (held === true || index === choices.length - 1) return [...taken, { branch: rest, value }];
    const question = questionOf(key, condition);
    questions.met(question, rest.probability);
    taken.push({ branch: decided(rest, key, true, question.holds), value });
    rest = decided(rest, key, false, question.fails);
  }
  return taken;
}

function questionOf(key: string, { code, text, settle }: Condition): Unknown {
  return unknown(code, key, { holds: text, fails: `not so: ${text}` }, settle);
}
