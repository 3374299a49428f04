import type { Family } from '../../net/address.ts';
import { liesIn, type Prefix } from '../../net/prefix.ts';
import {
  type AddressSet,
  allows,
  allowsAddress,
  allowsPartly,
  type NumberSet,
} from '../../rules/value-set.ts';
import { type Answer, type Unknown, unknown, yesNo } from '../answer.ts';
import type { Sender } from '../packet.ts';
import type { Question } from '../question.ts';

/** @returns whether the set allows a number that is known. */
export function allowsNumber(set: NumberSet, number: number): Answer {
  return yesNo(allows(set, number));
}

/**
 * @param refine what the answer tells of the packet
 * @returns whether the set allows a number; of one that is not known (null) the question, unless the set allows all or none.
 */
export function numberOr(
  set: NumberSet,
  number: number | null,
  question: (set: NumberSet) => Question,
  refine?: Unknown['refine'],
): Answer {
  if (number !== null) return allowsNumber(set, number);
  const always = allowsPartly(set, { bits: 0, known: 0 });
  return always === null ? unknown(question(set), refine) : yesNo(always);
}

/**
 * Whether the sender's address is one of a set. Where only some facts about the sender are known, they may still
 * decide; otherwise the answer is unknown and each branch learns where the address lies.
 * @param rewritten whether it is one that NAT wrote
 */
export function senderWithin(sender: Sender, set: AddressSet, family: Family, rewritten = false): Answer {
  if (sender.address !== null) return yesNo(allowsAddress(set, sender.address));
  const question: Question = {
    ...{ code: 'source-address', within: set, family },
    ...(rewritten ? { rewritten } : {}),
  };
  if (set.kind !== 'prefix') return unknown(question);
  const { prefix } = set;
  const known = liesIn(prefix, sender);
  if (known !== null) return yesNo(known);
  return unknown(question, (state, held) =>
    state.source.address === null && rewritten === (state.sourceRewrite !== 'none')
      ? { ...state, source: narrowed(state.source, prefix, held) }
      : state,
  );
}

/** The sender, known to lie inside or outside of a prefix. */
function narrowed(sender: Sender, prefix: Prefix, inside: boolean): Sender {
  return inside
    ? { ...sender, within: [...sender.within, prefix] }
    : { ...sender, outside: [...sender.outside, prefix] };
}
