import { unknown } from './answer.js';
import { answered, decided } from './branch.js';
import { assume } from './context.js';
import { cutTable, isSeldom, seldomTableAssumed } from './cut.js';
/**
 * A table that the dump does not hold, and that may be there all the same.
 * @returns what becomes of a packet there; null where the dump shows that there is no such chain
 */
export function absentTable(ruleset, table, hook) {
    if (table === 'nat' && ruleset.form !== 'save' && !ruleset.tables.has(table))
        return withoutNatListing;
    if (ruleset.leftOut?.includes(table) === true && !ruleset.tables.has(table))
        return (branch, context) => context.world.nft === undefined || context.world.nft === null
            ? untold(branch, { code: 'table-left-out', table })
            : { passed: [branch], translated: [], ended: [] };
    const assumed = isSeldom(table) ? seldomTableAssumed(ruleset, table) : null;
    if (assumed !== null)
        return (branch, context) => {
            assume(context, assumed);
            return { passed: [branch], translated: [], ended: [] };
        };
    const reason = cutTable(ruleset, table, hook);
    if (reason === null)
        return null;
    return (branch) => untold(branch, reason);
}
function untold(branch, reason) {
    const ended = [{ branch, verdict: 'unknown', reason, rejectWith: null, exit: null }];
    return { passed: [], translated: [], ended: [...ended] };
}
const NAT_NOT_LISTED = unknown({ code: 'nat-not-listed' });
/** `iptables -L` and `-S` print one table. What nat does to a packet decides all that follows, so both ways are given. */
function withoutNatListing(branch, context) {
    if (answered(branch, NAT_NOT_LISTED) === false)
        return { passed: [branch], translated: [], ended: [] };
    context.questions.met(NAT_NOT_LISTED, branch.probability);
    const rewritten = decided(branch, NAT_NOT_LISTED, true);
    const reason = { code: 'nat-not-listed' };
    return {
        passed: [decided(branch, NAT_NOT_LISTED, false)],
        translated: [],
        ended: [{ branch: rewritten, verdict: 'unknown', reason, rejectWith: null, exit: null }],
    };
}
