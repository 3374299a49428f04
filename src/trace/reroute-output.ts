import { sameAddress } from '../net/address.ts';
import type { Branch } from './branch.ts';
import type { TraceContext } from './context.ts';
import { ended, isNext, next, type Passage } from './passage.ts';
import { reroute } from './routing.ts';
import { type Written, writesOf } from './writes.ts';

/**
 * At OUTPUT the way was decided before the hook. A chain of mangle, or of type route, decides it anew where it changed
 * mark, addresses, TOS or in IPv6 the hop limit (ipt_mangle_out, ip6t_mangle_out, nf_route_table_hook4, nf_route_table_hook6),
 * nat where it asks conntrack, and the connection is answered from elsewhere: it changed the destination, or IPVS did
 * (nf_nat_ipv4_local_fn).
 * @param before the branch as the program met it
 * @param by what asks for it: any change that routing sees, or only another destination
 */
export function reroutedAtOutput(
  before: Branch,
  passages: readonly Passage[],
  by: 'anything' | 'destination',
  context: TraceContext,
): Passage[] {
  return passages.flatMap((passage) => {
    if (!isNext(passage) || !isMoved(before, passage.branch, by)) return [passage];
    return reroute(passage.branch, context).map((routed) =>
      routed.kind === 'ended' ? ended(routed.ending) : next(routed.branch),
    );
  });
}

function isMoved(before: Branch, after: Branch, by: 'anything' | 'destination'): boolean {
  const { state: was } = before;
  const { state: is } = after;
  if (!sameAddress(was.destination, is.destination)) return true;
  if (by === 'destination') return isAnsweredElsewhere(after);
  if (was.source.address?.value !== is.source.address?.value) return true;
  // What a rule asks of a field that is not known tells it, and does not write it.
  const isWritten = (field: Written): boolean => writesOf(was, field) !== writesOf(is, field);
  // One that is not known is taken for 0, as nearly all are.
  if (was.tos.bits !== is.tos.bits && (was.tos.known === 0xff || isWritten('tos'))) return true;
  if (was.family === 'ipv6' && (was.ttl === null ? isWritten('ttl') : was.ttl !== is.ttl)) return true;
  return was.mark === null ? isWritten('mark') : was.mark !== is.mark;
}

/**
 * Also where the header had that destination before: a rule may have written it, or IPVS, which routed by it alone; here mark, source
 * and TOS count, too.
 */
function isAnsweredElsewhere({ state: { connection } }: Branch): boolean {
  if (connection === null || connection.direction === 'REPLY') return false;
  return !sameAddress(connection.originalDestination, connection.replySource);
}
