import type { Outcome } from '../trace/outcome.ts';
import { flat, type Given } from '../trace/question.ts';
import { isAffinity } from './affinity.ts';
import { grouped } from './cases-left.ts';
import type { Sees, Way } from './connection.ts';

/** Nothing that a packet can be told apart by: rounding of probabilities that rules spell with eleven digits. */
const ROUNDING = 1e-6;

/**
 * Puts the ways together that the outcomes of one node's trace lead to. What the capture leaves open makes cases: where
 * they differ in what the client sees, that is unknown.
 * @param follow what becomes of an outcome; its shares add up to 1
 */
export function throughOutcomes(
  outcomes: readonly Outcome[],
  node: string | null,
  follow: (outcome: Outcome) => readonly Way[],
): Way[] {
  // A client that session affinity keeps at an endpoint is no case of its own.
  const fresh = outcomes.filter(
    ({ given }) => !given.some(({ question, held }) => held && isAffinity(question)),
  );
  const kept = fresh.length === 0 ? outcomes : fresh;
  const [first = [], ...others] = grouped(kept, ({ given }) => given).map((one) =>
    one.outcomes.flatMap((outcome) =>
      follow(outcome).map((way) => ({ ...way, share: way.share * outcome.probability })),
    ),
  );
  const all = [first, ...others].flat();
  // A question that only some endpoints meet makes cases of which none holds every connection.
  const whole = first.reduce((sum, { share }) => sum + share, 0);
  const isOne = all.every(({ sees }) => sees === first[0]?.sees);
  if (isOne) return first.map((way) => ({ ...way, share: way.share / whole }));
  if (whole > 1 - ROUNDING && others.every((each) => agree(first, each))) return first;
  const worst = all.find(({ sees }) => sees !== 'works');
  const reason = { code: 'open-question', node, given: openOf(kept) } as const;
  return [{ sees: 'unknown', share: 1, reason, legs: worst?.legs ?? first[0]?.legs ?? [] }];
}

/** What the cases are told apart by: a question that some answer with yes, others with no. */
function openOf(outcomes: readonly Outcome[]): readonly Given[] {
  const given = outcomes.flatMap((outcome) => outcome.given);
  const met = new Map<string, Given>();
  for (const one of given) {
    const key = flat(one.question);
    const before = met.get(key) ?? one;
    if (before.held !== one.held) return [before];
    met.set(key, before);
  }
  return given.slice(0, 1);
}

/** @returns true where clients see the same of both, with the same shares. */
export function agree(one: readonly Way[], other: readonly Way[]): boolean {
  const share = (ways: readonly Way[], sees: Sees): number =>
    ways.reduce((sum, way) => (way.sees === sees ? sum + way.share : sum), 0);
  return (['works', 'refused', 'times-out', 'wrong-source', 'unknown'] as const).every(
    (sees) => Math.abs(share(one, sees) - share(other, sees)) < ROUNDING,
  );
}
