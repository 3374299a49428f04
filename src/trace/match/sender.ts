import { type Prefix, prefixContains, prefixCovers, prefixesOverlap } from '../../net/prefix.ts';
import { type Answer, unknown, yesNo } from '../answer.ts';
import type { Sender } from '../packet.ts';

/**
 * Whether the sender's address lies in a prefix. Where only some facts about the sender are known, they may still
 * decide; otherwise the answer is unknown and each branch learns where the address lies.
 */
export function senderWithin(sender: Sender, prefix: Prefix): Answer {
  if (sender.address !== null) return yesNo(prefixContains(prefix, sender.address));
  if (prefix.mask === 0n) return 'yes';
  if (sender.within.some((known) => prefixCovers(prefix, known))) return 'yes';
  if (sender.within.some((known) => !prefixesOverlap(prefix, known))) return 'no';
  if (sender.outside.some((known) => prefixCovers(known, prefix))) return 'no';
  return unknown({ code: 'source-address', within: { kind: 'prefix', prefix } }, (state, held) => ({
    ...state,
    source: narrowed(state.source, prefix, held),
  }));
}

/** @returns the sender, known to lie inside or outside of a prefix. */
export function narrowed(sender: Sender, prefix: Prefix, inside: boolean): Sender {
  return inside
    ? { ...sender, within: [...sender.within, prefix] }
    : { ...sender, outside: [...sender.outside, prefix] };
}
