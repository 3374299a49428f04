import type { Outcome } from '../trace/outcome.ts';
import { flat } from '../trace/question.ts';
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
  const fresh = outcomes.filter(({ given }) => !given.some(isSticky));
  const cases = new Map<string, Outcome[]>();
  for (const outcome of fresh.length === 0 ? outcomes : fresh) {
    const key = flat(outcome.given.map(({ question, held }) => [question, held]));
    const same = cases.get(key);
    if (same === undefined) cases.set(key, [outcome]);
    else same.push(outcome);
  }
  const [first = [], ...others] = [...cases.values()].map((same) =>
    same.flatMap((outcome) =>
      follow(outcome).map((way) => ({ ...way, share: way.share * outcome.probability })),
    ),
  );
  if (others.every((each) => agree(first, each))) return first;
  const worst = [first, ...others].flat().find(({ sees }) => sees !== 'works');
  const open = outcomes.find(({ given }) => given.length > 0)?.given ?? [];
  const reason = { code: 'open-question', node, given: open } as const;
  return [{ sees: 'unknown', share: 1, reason, legs: worst?.legs ?? first[0]?.legs ?? [] }];
}

/** A client that session affinity keeps at an endpoint is no case of its own. */
function isSticky({ question, held }: Outcome['given'][number]): boolean {
  return question.code === 'recent' && held;
}

function agree(one: readonly Way[], other: readonly Way[]): boolean {
  const share = (ways: readonly Way[], sees: Sees): number =>
    ways.reduce((sum, way) => (way.sees === sees ? sum + way.share : sum), 0);
  return (['works', 'refused', 'times-out', 'wrong-source', 'unknown'] as const).every(
    (sees) => Math.abs(share(one, sees) - share(other, sees)) < ROUNDING,
  );
}
