/** @returns true for a place, or a step, in iptables' rules. */
export function isInIptables(place) {
    return place.program === 'iptables';
}
const TEXTS = {
    iptables: ({ table, chain }) => `${table} ${chain}`,
    nft: ({ family, table, chain }) => `${family} ${table} ${chain}`,
    ipvs: ({ table, chain, scheduler }) => `${table} ${chain}${scheduler === null ? '' : ` ${scheduler}`}`,
};
/** @returns the place in words, unescaped: `filter FORWARD`. */
export function placeText(place) {
    // The table ties each program to its text; TypeScript cannot follow that through an index.
    const text = TEXTS[place.program];
    return text(place);
}
/**
 * @param step a step, or as much of one as names it
 * @returns the step in words, unescaped: `filter FORWARD rule 3`, `filter FORWARD policy`, `nat my-chain end`
 */
export function stepText(step) {
    if (step.event === 'balanced')
        return placeText(step);
    const spot = step.rule !== null ? `rule ${step.rule.number}` : step.event === 'policy' ? 'policy' : 'end';
    return `${placeText(step)} ${spot}`;
}
