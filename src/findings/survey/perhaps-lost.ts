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

/** Which of two registrants is asked first, which nft lists only where hooks were captured. */
const ORDER: ReadonlySet<Question['code']> = new Set(['backend-order']);

/** What becomes of packets under conditions which no capture answers. */
export interface Perhaps {
  readonly difference: Difference;
  /** At least one. */
  readonly under: readonly Given[];
}

/**
 * @param alternatives of one packet, of which at least one is as it should be
 * @returns what is dropped or rejected where only such a condition tells it from an alternative that is as it should be, and what is sent
 *   elsewhere where only the order of two backends does: other things that the capture leaves open, a rate or a client's mark among
 *   them, are no sign of a fault
 */
export function perhapsLost(
  expectation: Expectation,
  alternatives: readonly Alternative[],
  affinity: boolean,
): Perhaps[] {
  const [good, bad]: [Alternative[], Alternative[]] = [[], []];
  for (const one of alternatives) {
    if (one.outcomes.some(({ verdict }) => verdict === 'unknown' || verdict === 'queue')) continue;
    (compareWith(expectation, one, affinity).length === 0 ? good : bad).push(one);
  }
  const differing = (one: Alternative, codes: Codes): Perhaps[] => {
    const under = one.given.filter(({ question }) => codes.has(question.code));
    if (under.length === 0 || !good.some((other) => !differsElsewhere(one.given, other.given, codes)))
      return [];
    return compareWith(expectation, one, affinity).map((difference) => ({ difference, under }));
  };
  return bad.flatMap((one) => [
    ...differing(one, UNTOLD).filter(({ difference: { kind } }) => kind === 'undelivered'),
    ...differing(one, ORDER).flatMap(({ difference, under }) => {
      const { kind } = difference;
      if (kind === 'wrong-endpoints' || kind === 'not-refused') return [{ difference, under }];
      // Where it is sent elsewhere, nobody needs to take it: that it was sent there is what went wrong.
      return kind === 'undelivered'
        ? [{ difference: { ...difference, kind: 'wrong-endpoints' as const }, under }]
        : [];
    }),
  ]);
}

type Codes = ReadonlySet<Question['code']>;

/** Whether some other question is answered one way in the one, and the other way in the other. */
function differsElsewhere(these: readonly Given[], those: readonly Given[], codes: Codes): boolean {
  return these.some(
    ({ question, held }) =>
      !codes.has(question.code) &&
      those.some((other) => other.held !== held && flat(other.question) === flat(question)),
  );
}
