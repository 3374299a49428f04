import { sameAddress } from '../net/address.ts';
import type { PacketState } from './state.ts';

/** An end of a packet that rules read, and NAT rewrites. */
export type End = 'source' | 'destination';

/** What tells a question from the same words asked before NAT. */
export interface Rewritten {
  /** Which of the ends that they read NAT had rewritten, absent: neither. */
  readonly rewritten?: End | 'both';
}

/** @returns which of these ends NAT has rewritten by now. */
export function rewrittenOf(ends: readonly End[], state: PacketState): Rewritten {
  const found = new Set(ends.filter((end) => isRewritten(end, state)));
  const [end] = found;
  return end === undefined ? {} : { rewritten: found.size === 1 ? end : 'both' };
}

/** Before NAT a request is what the client sent, and an answer what the server sent. */
function isRewritten(end: End, { sourceRewrite, connection, destination, source }: PacketState): boolean {
  if (end === 'source' && sourceRewrite !== 'none') return true;
  if (connection === null || connection.quoted) return false;
  const { direction, originalDestination, replySource, replyDestination } = connection;
  const isReply = direction === 'REPLY';
  if (end === 'source')
    return isReply && source.address !== null && !sameAddress(source.address, replySource);
  const first = isReply ? replyDestination.address : originalDestination;
  return first !== null && !sameAddress(destination, first);
}
