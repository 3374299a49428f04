import { sysctlNumber } from '../host/sysctl.js';
import { unknown } from './answer.js';
import { answered, decided, turned } from './branch.js';
import { ended, next } from './passage.js';
/**
 * A full table has no room for a new connection: nf_conntrack_in drops the packet, unless early_drop finds an entry that
 * has seen too little traffic to be ASSURED in the few buckets it looks at (__nf_conntrack_alloc and early_drop,
 * net/netfilter/nf_conntrack_core.c, 6.18). Which buckets these are depends on the boot's hash seed.
 * @param after the branch as conntrack left it
 */
export function whereTableIsFull(before, after, context) {
    const { connection } = after.state;
    const isNew = before.state.connection === null && connection !== null && !connection.confirmed;
    if (!isNew || connection.fromCapture || context.packet.state !== 'NEW')
        return [next(after)];
    const { host, flows } = context.world;
    const count = sysctlNumber(host, 'net.netfilter.nf_conntrack_count');
    const most = sysctlNumber(host, 'net.netfilter.nf_conntrack_max') ?? sysctlNumber(host, 'net.nf_conntrack_max');
    // 0 means no limit.
    if (count === null || most === null || most === 0 || count < most)
        return [next(after)];
    const reason = { code: 'conntrack-full', count, most };
    const drop = (branch) => ended({
        branch: turned(branch, 'conntrack', { fact: 'ended', reason }),
        verdict: 'drop',
        reason,
        rejectWith: null,
        exit: null,
    });
    // A listing of every entry, all of them ASSURED, leaves nothing to throw out.
    if (flows !== null && flows.count >= count && allAssured(flows.all()))
        return [drop(after)];
    const known = answered(after, QUESTION);
    if (known !== null)
        return [known ? drop(after) : next(after)];
    context.questions.met(QUESTION, after.probability);
    return [drop(decided(after, QUESTION, true)), next(decided(after, QUESTION, false))];
}
const QUESTION = unknown({ code: 'conntrack-full' });
function allAssured(flows) {
    for (const { status } of flows)
        if (!status.includes('ASSURED'))
            return false;
    return true;
}
