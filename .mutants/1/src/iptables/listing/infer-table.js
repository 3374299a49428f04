import { ALL_TABLES, isBuiltIn, narrowed, tablesOfChain, tablesOfTarget } from '../table-evidence.js';
/** @returns the tables that a chain can belong to by its name and its targets; all of them where nothing tells. */
export function possibleTables(block, known) {
    let possible = narrowed(ALL_TABLES, tablesOfChain(block.chain, known));
    const seen = new Set();
    for (const { columns } of block.rows) {
        const target = columns?.target ?? null;
        if (target === null || seen.has(target))
            continue;
        seen.add(target);
        possible = narrowed(possible, tablesOfTarget(target, known));
    }
    return possible;
}
/**
 * Orders the tables that chains listed together can belong to, likeliest first.
 * @param blocks chains of one listing.
 * @param possible the tables none of them contradicts.
 */
export function likelyTables(blocks, possible, known) {
    const names = new Set(blocks.map((block) => block.chain));
    const order = [];
    for (const { columns, text } of blocks.flatMap((block) => block.rows)) {
        const table = columns?.target == null ? null : known.tableOfJump(columns.target, text);
        if (table === null)
            continue;
        order.push(table);
        break;
    }
    if (names.has('PREROUTING') && names.has('OUTPUT') && !names.has('POSTROUTING'))
        order.push('raw');
    const natLike = names.has('PREROUTING') || names.has('POSTROUTING');
    const likely = ![...names].some(isBuiltIn) && [...names].some(known.isLikelyOfNat);
    order.push(...(natLike || likely ? ['nat', 'mangle'] : []), 'filter', 'nat', 'mangle', 'raw', 'security');
    return [...new Set(order)].filter((table) => possible.includes(table));
}
