import { sameAddress } from '../net/address.ts';
import type { Branch } from './branch.ts';
import type { TraceContext } from './context.ts';
import { ended, isNext, next, type Passage } from './passage.ts';
import { reroute } from './routing.ts';

/**
 * At OUTPUT the way was decided before the hook. A chain of mangle, or of type route, decides it anew where it changed
 * mark, TOS or addresses (ipt_mangle_out, nf_route_table_hook4), nat where it changed the destination (nf_nat_ipv4_local_fn).
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

function isMoved({ state: was }: Branch, { state: is }: Branch, by: 'anything' | 'destination'): boolean {
  if (!sameAddress(was.destination, is.destination)) return true;
  return by === 'anything' && (was.mark !== is.mark || was.tos.bits !== is.tos.bits);
}
