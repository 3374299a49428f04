/** Every {@link HookName}. */
export const HOOK_NAMES = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];
/**
 * @returns the chains whose names begin with one of these, in the order of the table. Only they are made, and mostly only their names
 * read: a dump can have 140,000, of which most are never asked for.
 */
export function* chainsBeginning({ chains }, begins) {
    const names = chains.keysBeginning?.(begins, true) ?? chains.keys();
    for (const name of names) {
        const chain = begins.some((begin) => name.startsWith(begin)) ? chains.get(name) : undefined;
        if (chain !== undefined)
            yield chain;
    }
}
/** @returns the text of the first comment of a rule, or null. */
export function commentOf(rule) {
    for (const match of rule.matches)
        if (match.kind === 'comment')
            return match.text;
    return null;
}
