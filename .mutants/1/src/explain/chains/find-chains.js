/** How many names {@link suggestChains} gives at most. */
const SUGGESTIONS = 8;
/**
 * Finds the chains that a user means: the exact name, else the name in any case, else the one name that begins so, else the 16
 * characters of kube-proxy's hash alone. A beginning that several names share finds nothing: {@link suggestChains} lists them.
 * @returns every place where a chain of the name stands: family, backend and table
 */
export function findChains(name, rulesets) {
    const wanted = name.toUpperCase();
    const exact = [];
    const folded = [];
    const prefixed = [];
    const hashed = [];
    const isHash = /^[A-Z2-7]{16}$/.test(wanted);
    for (const found of allChains(rulesets)) {
        const chain = found.chain.name;
        const upper = chain.toUpperCase();
        if (chain === name)
            exact.push(found);
        if (upper === wanted)
            folded.push(found);
        if (wanted !== '' && upper.startsWith(wanted))
            prefixed.push(found);
        if (isHash && upper.endsWith(`-${wanted}`))
            hashed.push(found);
    }
    if (exact.length > 0)
        return exact;
    if (folded.length > 0)
        return folded;
    const names = new Set(prefixed.map(({ chain }) => chain.name));
    if (names.size === 1)
        return prefixed;
    return hashed;
}
/** @returns every chain of these names, in the order of the names. */
export function findNamed(names, rulesets) {
    const found = [];
    for (const name of names) {
        for (const ruleset of rulesets) {
            for (const table of ruleset.tables.values()) {
                const chain = table.chains.get(name);
                if (chain !== undefined)
                    found.push({ ruleset, table, chain });
            }
        }
    }
    return found;
}
/**
 * @param name what the user wrote
 * @returns up to eight chain names that are like it: those that begin so, those that contain it, then those that differ in
 *   few letters; without any, an empty list
 */
export function suggestChains(name, rulesets) {
    const wanted = name.toUpperCase();
    if (wanted === '')
        return [];
    const scored = new Map();
    for (const { chain } of allChains(rulesets)) {
        if (scored.has(chain.name))
            continue;
        const score = unlikeness(wanted, chain.name.toUpperCase());
        if (score !== null)
            scored.set(chain.name, score);
    }
    return [...scored]
        .sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))
        .slice(0, SUGGESTIONS)
        .map(([chain]) => chain);
}
function* allChains(rulesets) {
    for (const ruleset of rulesets) {
        for (const table of ruleset.tables.values()) {
            for (const chain of table.chains.values())
                yield { ruleset, table, chain };
        }
    }
}
/** Smaller is more alike; null where the two have little in common. */
function unlikeness(wanted, chain) {
    if (chain.startsWith(wanted))
        return 0;
    if (wanted.length >= 3 && chain.includes(wanted))
        return 1;
    const most = Math.max(1, Math.floor(wanted.length / 4));
    const edits = distance(wanted, chain, most);
    return edits === null ? null : 1 + edits;
}
/** Levenshtein distance, or null where it is above `most`. Work is bounded by length times `most`. */
function distance(a, b, most) {
    if (Math.abs(a.length - b.length) > most)
        return null;
    let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
    for (let i = 1; i <= a.length; i++) {
        const current = new Array(b.length + 1).fill(most + 1);
        current[0] = i;
        let best = i;
        for (let j = Math.max(1, i - most); j <= Math.min(b.length, i + most); j++) {
            const change = (previous[j - 1] ?? most + 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
            const edits = Math.min(change, (previous[j] ?? most + 1) + 1, (current[j - 1] ?? most + 1) + 1);
            current[j] = edits;
            best = Math.min(best, edits);
        }
        if (best > most)
            return null;
        previous = current;
    }
    const edits = previous[b.length] ?? most + 1;
    return edits <= most ? edits : null;
}
