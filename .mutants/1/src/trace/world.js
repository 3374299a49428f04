import { isOfIptables } from '../nftables/iptables-chains.js';
/**
 * Whether the kernel has this built-in chain, so that a packet meets at least its policy. x_tables makes all chains of
 * a table at once; iptables-nft makes a base chain when it is first written to, and iptables-save prints the others as
 * if they were there.
 * @returns the chain where it exists.
 */
export function baseChain(world, ruleset, table, hook) {
    const chain = ruleset.tables.get(table)?.chains.get(hook);
    if (chain === undefined || chain.policy === null)
        return chain !== undefined && chain.rules.length > 0 ? chain : null;
    if (ruleset.backend === 'iptables-legacy')
        return chain;
    if (chain.rules.length > 0 || chain.policy === 'DROP' || chain.cut !== undefined)
        return chain;
    const listed = world.nft?.tables
        .get(`${ruleset.family === 'ipv4' ? 'ip' : 'ip6'} ${table}`)
        ?.chains.get(hook);
    if (listed !== undefined && isOfIptables(listed))
        return chain;
    return world.host.nft?.iptablesBaseChains.has(nftName(ruleset.family, table, hook)) ? chain : null;
}
function nftName(family, table, hook) {
    return `${family} ${table} ${hook}`;
}
