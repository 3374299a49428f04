import { sameAddress } from '../net/address.js';
import { lowered } from '../rules/lowered-rule.js';
import { traitsOfEffect } from '../rules/traits.js';
import { ended, isNext, next } from './passage.js';
import { isInIptables } from './place.js';
import { reroute } from './routing.js';
/**
 * At OUTPUT the way was decided before the hook. A chain of mangle, or of type route, decides it anew where it changed
 * mark, TOS or addresses (ipt_mangle_out, nf_route_table_hook4), nat where it changed the destination (nf_nat_ipv4_local_fn).
 * @param before the branch as the program met it
 * @param by what asks for it: any change that routing sees, or only another destination
 */
export function reroutedAtOutput(before, passages, by, context) {
    return passages.flatMap((passage) => {
        if (!isNext(passage) || !isMoved(before, passage.branch, by))
            return [passage];
        return reroute(passage.branch, context).map((routed) => routed.kind === 'ended' ? ended(routed.ending) : next(routed.branch));
    });
}
function isMoved(before, after, by) {
    const { state: was } = before;
    const { state: is } = after;
    if (!sameAddress(was.destination, is.destination))
        return true;
    if (by === 'destination')
        return false;
    if (was.mark !== is.mark || was.tos.bits !== is.tos.bits)
        return true;
    return is.mark === null && mayHaveWrittenMark(before, after);
}
/** Of a mark that is not known before and after, the rules in between tell whether it can be another one. */
function mayHaveWrittenMark(before, after) {
    for (let node = after.path; node !== null && node !== before.path; node = node.before) {
        const { step } = node;
        if (step.rule === null)
            continue;
        if (!isInIptables(step))
            return true;
        const { effect } = lowered(step.rule);
        if (effect !== null && traitsOfEffect(effect).writesMark)
            return true;
    }
    return false;
}
