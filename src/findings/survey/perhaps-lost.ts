import { flat, type Given, type Question } from '../../trace/question.ts';
import type { Expectation } from '../expected/setting.ts';
import type { Alternative } from './alternatives.ts';
import { compareWith, type Difference } from './compare.ts';

/** What a rule may ask that hangs on the clock or on a sender's packets, and that no capture answers. */
const UNTOLD: ReadonlySet<Question['code']> = new Set([
  'mac',
  'match-time',
  'match-string',
  'match-bpf',
  'match-u32',
  'match-cgroup',
  'match-cpu',
]);

/** Packets that get lost under conditions which no capture answers. */
export interface PerhapsLost {
  readonly difference: Difference;
  /** At least one. */
  readonly under: readonly Given[];
}

/**
 * @param alternatives of one packet, of which at least one is as it should be
 * @returns what is dropped or rejected where only such a condition tells it from an alternative that is as it should be: other things that
 *   the capture leaves open, a rate or a client's mark among them, are no sign of a fault
 */
export function perhapsLost(
  expectation: Expectation,
  alternatives: readonly Alternative[],
  affinity: boolean,
): PerhapsLost[] {
  const [good, bad]: [Alternative[], Alternative[]] = [[], []];
  for (const one of alternatives) {
    if (one.outcomes.some(({ verdict }) => verdict === 'unknown' || verdict === 'queue')) continue;
    (compareWith(expectation, one, affinity).length === 0 ? good : bad).push(one);
  }
  return bad.flatMap((one) => {
    const under = one.given.filter(({ question }) => UNTOLD.has(question.code));
    if (under.length === 0 || !good.some((other) => !differsElsewhere(one.given, other.given))) return [];
    return compareWith(expectation, one, affinity)
      .filter(({ kind }) => kind === 'undelivered')
      .map((difference) => ({ difference, under }));
  });
}

/** Whether some other question is answered one way in the one, and the other way in the other. */
function differsElsewhere(these: readonly Given[], those: readonly Given[]): boolean {
  return these.some(
    ({ question, held }) =>
      !UNTOLD.has(question.code) &&
      those.some((other) => other.held !== held && flat(other.question) === flat(question)),
  );
}
