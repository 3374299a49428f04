import type { CheckContext } from '../context.ts';
import { type LostAnswer, lostAnswers } from './lost-answers.ts';
import { mayLoseAnswers } from './rules-that-lose.ts';

/** Several findings ask. */
const KNOWN = new WeakMap<CheckContext, readonly LostAnswer[]>();

/** @returns answers that rules of the node lose; none where its rules are not compared with the API. */
export function answersLostOn(context: CheckContext): readonly LostAnswer[] {
  const known = KNOWN.get(context);
  if (known !== undefined) return known;
  const isAsked = context.notCompared === null && mayLoseAnswers(context.known);
  const ports = (isAsked ? context.expected : null) ?? [];
  const found = lostAnswers(
    context.known,
    ports.filter(({ family }) => context.hasRules(family)),
  );
  KNOWN.set(context, found);
  return found;
}

/** @returns true where this line, or policy, is one that loses answers here. */
export function losesAnswers(
  context: CheckContext,
  place: { readonly table: string; readonly chain: string; readonly rule: number | null },
): boolean {
  return answersLostOn(context).some(
    ({ step }) => step.table === place.table && step.chain === place.chain && step.rule === place.rule,
  );
}
