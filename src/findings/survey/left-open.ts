import { givenNote } from '../../explain/words/question-words.ts';
import { reasonNote } from '../../explain/words/reason-words.ts';
import { setUnknownNote } from '../../explain/words/unknown-words.ts';
import { flat, type Given, type Question } from '../../trace/question.ts';
import type { Expectation } from '../expected/setting.ts';
import type { Alternative } from './alternatives.ts';
import { compareWith } from './compare.ts';

/** What a capture could hold of the node, and does not: not what differs from packet to packet, as rates and marks do. */
const NOT_CAPTURED: ReadonlySet<Question['code']> = new Set([
  'ipset-not-captured',
  'ipset-missing',
  'ipset-cut',
  'chain-not-captured',
  'match-unrecognised',
  'rule-unread',
]);

/**
 * @param alternatives of one packet
 * @returns what leaves open whether the packet goes as it should, as a clause: a question of which the answers differ in that, or why no
 *   end is known at all; null where it is known, or where only what differs from packet to packet decides
 */
export function leftOpen(
  expectation: Expectation,
  alternatives: readonly Alternative[],
  affinity: boolean,
): string | null {
  const [good, bad, unknown]: [Alternative[], Alternative[], Alternative[]] = [[], [], []];
  for (const one of alternatives) {
    if (isUnknown(one)) unknown.push(one);
    else (compareWith(expectation, one, affinity).length === 0 ? good : bad).push(one);
  }
  const others = [...unknown, ...bad];
  if (others.length > 0 && good.length > 0) {
    for (const { given } of others) {
      const asked = given.find((one) => NOT_CAPTURED.has(one.question.code) && good.some(answers(one)));
      if (asked === undefined) continue;
      const { question } = asked;
      // Of the set, and not of each address: what is not known is the same for all.
      return 'why' in question && 'set' in question
        ? setUnknownNote(question.why).text
        : `it hangs on whether ${givenNote({ ...asked, held: true }).text}`;
    }
    return null;
  }
  const [first] = unknown;
  if (first === undefined) return null;
  const reason = first.outcomes.find(({ verdict }) => verdict === 'unknown')?.reason ?? null;
  if (reason !== null) return reasonNote(reason).text;
  const [asked] = first.given;
  return asked === undefined ? null : `it is not known where ${givenNote(asked).text}`;
}

function isUnknown({ outcomes }: Alternative): boolean {
  return outcomes.some(({ verdict }) => verdict === 'unknown');
}

/** Whether the question has the other answer there. */
function answers({ question, held }: Given): (other: Alternative) => boolean {
  return ({ given }) => given.some((one) => one.held !== held && flat(one.question) === flat(question));
}
