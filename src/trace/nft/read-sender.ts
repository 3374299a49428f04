import type { Family } from '../../net/address.ts';
import { maskOfLength, type Prefix } from '../../net/prefix.ts';
import { type Unknown, unknown } from '../answer.ts';
import { senderWithin } from '../fields/values.ts';
import type { Sender } from '../packet.ts';
import { known, type Pattern, type Reading } from './values.ts';

/**
 * @param learns where an answer is kept: null where it says nothing of the packet's source
 * @returns what is known of a sender's address; each branch learns where it lies.
 */
export function readSender(sender: Sender, family: Family, learns: 'source' | 'rewritten' | null): Reading {
  if (sender.address !== null) return known(sender.address.value);
  return { kind: 'open', ask: (patterns) => ask(sender, family, patterns, learns) };
}

function ask(
  sender: Sender,
  family: Family,
  patterns: readonly Pattern[],
  learns: Parameters<typeof readSender>[2],
): 'yes' | 'no' | Unknown | null {
  const [only, ...more] = patterns;
  if (only?.kind !== 'range' || more.length > 0) return null;
  const { from, to } = only;
  const prefix = prefixOf(from, to, family);
  const answer = senderWithin(
    sender,
    prefix === null ? { kind: 'ranges', ranges: [{ from, to }] } : { kind: 'prefix', prefix },
    family,
    learns === 'rewritten',
  );
  if (typeof answer === 'string') return answer === 'yes' ? 'yes' : 'no';
  if (answer.kind === 'chance') return null;
  return learns === null ? unknown(answer.question) : answer;
}

/** @returns the prefix that a range is; null where it is none. */
function prefixOf(from: bigint, to: bigint, family: Family): Prefix | null {
  const bits = family === 'ipv4' ? 32 : 128;
  const size = to - from + 1n;
  if ((size & (size - 1n)) !== 0n || (from & (size - 1n)) !== 0n) return null;
  const length = bits - (size.toString(2).length - 1);
  return { family, value: from, mask: maskOfLength(family, length) };
}
