function itemsOf(nft) {
    return JSON.parse(nft).nftables;
}
/** @returns the numbers of rules by their handles: `ipv4 filter FORWARD 12` → 3, from `nft -j list ruleset`. */
export function numbersOf(nft) {
    const numbers = new Map();
    const counts = new Map();
    for (const { rule } of itemsOf(nft)) {
        if (rule === undefined)
            continue;
        const chain = `${rule.family === 'ip' ? 'ipv4' : 'ipv6'} ${rule.table} ${rule.chain}`;
        const number = (counts.get(chain) ?? 0) + 1;
        counts.set(chain, number);
        numbers.set(`${chain} ${rule.handle}`, number);
    }
    return numbers;
}
/** What a capture would not hold: the chains that make the kernel trace. */
export function withoutTracing(nft) {
    const nftables = itemsOf(nft).filter((item) => Object.values(item).every(({ table, name }) => table !== 'kpx_tracing' && name !== 'kpx_tracing'));
    return JSON.stringify({ nftables });
}
