import { sameAddress } from '../net/address.ts';
import { lowered } from '../rules/lowered-rule.ts';
import { traitsOfEffect } from '../rules/traits.ts';
import type { Branch } from './branch.ts';
import type { TraceContext } from './context.ts';
import { ended, isNext, next, type Passage } from './passage.ts';
import { isInIptables } from './place.ts';
import { reroute } from './routing.ts';

/**
 * At OUTPUT the way was decided before the hook. A chain of mangle, or of type route, decides it anew where it changed
 * mark, addresses, TOS or in IPv6 the hop limit (ipt_mangle_out, ip6t_mangle_out, nf_route_table_hook4, nf_route_table_hook6),
 * nat where it changed the destination, and where IPVS did: it asks conntrack whether the connection is answered from elsewhere
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
  if (was.tos.bits !== is.tos.bits) return true;
  if (was.family === 'ipv6' && was.ttl !== is.ttl) return true;
  if (was.source.address?.value !== is.source.address?.value) return true;
  // What a rule asked of a mark that is not known tells the mark, and does not write it.
  if (was.mark === null) return mayHaveWrittenMark(before, after);
  return was.mark !== is.mark;
}

/** IPVS routed it by its destination alone; here mark, source and TOS count, too. */
function isAnsweredElsewhere({ state: { connection, balancedBy } }: Branch): boolean {
  if (balancedBy === null || connection === null || connection.direction === 'REPLY') return false;
  return !sameAddress(connection.originalDestination, connection.replySource);
}

/** Of a mark that was not known before, the rules in between tell whether it can be another one. */
function mayHaveWrittenMark(before: Branch, after: Branch): boolean {
  for (let node = after.path; node !== null && node !== before.path; node = node.before) {
    const { step } = node;
    if (step.rule === null) continue;
    if (!isInIptables(step)) return true;
    const { effect } = lowered(step.rule);
    if (effect !== null && traitsOfEffect(effect).writesMark) return true;
  }
  return false;
}
