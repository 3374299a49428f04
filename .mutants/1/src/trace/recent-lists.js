import { changed } from './branch.js';
/**
 * xt_recent enters or removes an address as soon as it is asked, whether the rule matches in the end or not.
 * @param asked the tests that the kernel got to
 */
export function rememberedRecent(branch, asked) {
    const { state } = branch;
    let lists = state.recentLists;
    for (const test of asked) {
        if (!changesList(test))
            continue;
        const { list, side, action } = test.in;
        const address = recentAddress(test.in, state);
        lists = [...lists, { list, side, entered: action === 'set', address, rewritten: isRewritten(state) }];
    }
    return lists === state.recentLists ? branch : changed(branch, { recentLists: lists });
}
/** Whether asking this test enters an address or takes one out. */
export function changesList(test) {
    return test.field === 'recent' && (test.in.action === 'set' || test.in.action === 'remove');
}
/** @returns the address that a test asks for, as the list's mask leaves it (iptables-save prints a mask of all bits, too); null: not known. */
export function recentAddress({ side, mask }, state) {
    const address = side === 'source' ? state.source.address : state.destination;
    if (address === null || mask === null)
        return address;
    return { family: address.family, value: address.value & mask };
}
/**
 * What rules on the packet's own way did to the address that a test asks for. A list knows no sides: an address entered
 * as destination is found as source (recent_mt, net/netfilter/xt_recent.c), as that of a packet that a node sends to itself.
 * @returns null where they left it alone; `perhaps` where they changed the list for an address that is not known.
 */
export function recentOnTheWay(asked, state) {
    const address = recentAddress(asked, state);
    for (const change of state.recentLists.toReversed()) {
        if (change.list !== asked.list)
            continue;
        const same = isSame(change, asked, address, state);
        if (same === 'perhaps')
            return 'perhaps';
        if (same)
            return change.entered ? 'entered' : 'removed';
    }
    return null;
}
function isSame({ side, address, rewritten }, asked, own, state) {
    if (address !== null && own !== null)
        return address.value === own.value;
    // Not known, but the packet's sender both times.
    if (side === 'source' && asked.side === 'source' && rewritten === isRewritten(state))
        return true;
    return 'perhaps';
}
function isRewritten({ sourceRewrite }) {
    return sourceRewrite !== 'none';
}
