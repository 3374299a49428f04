import { sameAddress } from '../../net/address.js';
import { unknown } from '../answer.js';
import { recentAddress, recentOnTheWay } from '../recent-lists.js';
/**
 * `(random & 0x7fffffff) < probability` (net/netfilter/xt_statistic.c); of a counter that no dump shows, one in `every` over
 * many packets.
 */
export const chance = ({ in: { probability, every } }) => every !== null && every.n <= 1 ? 'yes' : { kind: 'chance', probability };
/**
 * `-m recent` (net/netfilter/xt_recent.c). `--set` always matches. The other actions ask whether the address is in
 * the list; how long ago it was seen is not known even with /proc/net/xt_recent, which counts the node's own ticks.
 */
export const recent = ({ in: asked }, { state, host }) => {
    if (asked.action === 'set')
        return 'yes';
    const done = recentOnTheWay(asked, state);
    if (done === 'removed')
        return 'no';
    if (done === 'entered' && asked.hitcount === null)
        return 'yes';
    const address = recentAddress(asked, state);
    const list = host.recent?.get(asked.list);
    if (list !== undefined && address !== null && done !== 'perhaps') {
        const entry = list.find((candidate) => sameAddress(candidate.address, address));
        if (entry === undefined && done === null)
            return 'no';
        if (asked.seconds === null && asked.hitcount === null && !asked.rttl)
            return 'yes';
    }
    return unknown({
        code: 'recent',
        list: asked.list,
        subject: subjectOf(asked, state, address),
        seconds: asked.seconds,
        hitcount: asked.hitcount,
        changed: done !== null,
        captured: list !== undefined,
    });
};
/** NAT makes another address of it on the way, which is another question. */
function subjectOf({ side }, { sourceRewrite }, address) {
    if (side === 'destination')
        return { who: 'destination', address };
    return sourceRewrite === 'none' ? { who: 'client', address: null } : { who: 'rewritten-source', address };
}
