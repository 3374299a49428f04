/** Expressions that iptables-nft never writes: it knows neither sets nor maps. */
const OF_NFT_ALONE = new Set(['set', 'set-name', 'map', 'vmap', 'concat']);
const KNOWN = new WeakMap();
/**
 * Whether somebody added a rule with nft to a table of iptables. iptables-save prints such a rule with what it does not know
 * left out: `tcp dport { 80, 81 } drop` as `-p tcp -j DROP`.
 * @returns true for a rule that iptables cannot have written: it counts in every rule (`add_counters`, iptables/nft.c) and
 * knows no sets; false too where the rule holds a match of iptables, which nft cannot write.
 */
export function isNativeRule(rule) {
    const known = KNOWN.get(rule);
    if (known !== undefined)
        return known;
    const { statements } = rule;
    const native = statements.length > 0 &&
        !statements.some(({ kind }) => kind === 'xt' || kind === 'unknown') &&
        (!statements.some(({ kind }) => kind === 'counter') || statements.some(isOfNftAlone));
    KNOWN.set(rule, native);
    return native;
}
/** @returns the native rule at this index of a chain that iptables-save shows with so many rules; null where it is iptables'. */
export function nativeRuleAt(chain, index, count) {
    if (chain === undefined || chain.rules.length !== count)
        return null;
    const rule = chain.rules.at(index);
    return isNativeRule(rule) ? rule : null;
}
function isOfNftAlone(value) {
    if (typeof value !== 'object' || value === null)
        return false;
    if ('kind' in value && typeof value.kind === 'string' && OF_NFT_ALONE.has(value.kind))
        return true;
    return Object.values(value).some(isOfNftAlone);
}
