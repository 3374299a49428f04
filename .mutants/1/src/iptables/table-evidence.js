import { dictionary } from '../lookup/dictionary.js';
/** Every table, in the order in which iptables-save prints them on most nodes. */
export const ALL_TABLES = ['raw', 'mangle', 'nat', 'filter', 'security'];
/** Which tables have which built-in chain (ip_tables and iptables-nft alike; nat has INPUT since Linux 2.6.36). */
const BUILT_IN = {
    PREROUTING: ['raw', 'mangle', 'nat'],
    INPUT: ['mangle', 'nat', 'filter', 'security'],
    FORWARD: ['mangle', 'filter', 'security'],
    OUTPUT: ALL_TABLES,
    POSTROUTING: ['mangle', 'nat'],
};
/** Targets that the kernel accepts in certain tables only (`.table` of the xt_target), and DROP, which iptables refuses in nat. */
const TARGETS = dictionary({
    DNAT: ['nat'],
    SNAT: ['nat'],
    MASQUERADE: ['nat'],
    REDIRECT: ['nat'],
    NETMAP: ['nat'],
    TPROXY: ['mangle'],
    TOS: ['mangle'],
    DSCP: ['mangle'],
    TTL: ['mangle'],
    HL: ['mangle'],
    ECN: ['mangle'],
    CHECKSUM: ['mangle'],
    TCPOPTSTRIP: ['mangle'],
    CT: ['raw'],
    NOTRACK: ['raw'],
    TRACE: ['raw'],
    REJECT: ['filter'],
    DROP: ['raw', 'mangle', 'filter', 'security'],
});
/** @returns true for the name of a chain that the kernel calls itself. */
export function isBuiltIn(chain) {
    return Object.hasOwn(BUILT_IN, chain);
}
/** @returns the tables that can have a chain of this name; all of them where the name does not tell. */
export function tablesOfChain(name, known) {
    if (isBuiltIn(name))
        return BUILT_IN[name];
    const table = known.tableOf(name);
    return table === null ? ALL_TABLES : [table];
}
/** @returns the tables in which a rule can have this target or jump to this chain. */
export function tablesOfTarget(name, known) {
    return (Object.hasOwn(TARGETS, name) ? TARGETS[name] : undefined) ?? tablesOfChain(name, known);
}
/** @returns the tables in both lists. */
export function intersection(a, b) {
    return a.filter((table) => b.includes(table));
}
/** @returns the tables in both lists, or the first list where they have none in common: evidence that contradicts is no evidence. */
export function narrowed(possible, by) {
    const common = intersection(possible, by);
    return common.length > 0 ? common : possible;
}
