/**
 * Compares two rulesets chain by chain by their text, counters left out. Nothing is parsed but what the survey wants.
 * @returns the chains whose text or policy differs, in the order of the first ruleset, then of the second.
 */
export function findDifferingChains(before, after, survey) {
    const differing = [];
    const tables = new Set([...(before?.tables.keys() ?? []), ...(after?.tables.keys() ?? [])]);
    for (const table of tables) {
        const own = before?.tables.get(table)?.chains ?? new Map();
        const other = after?.tables.get(table)?.chains ?? new Map();
        for (const [name, chain] of own) {
            const twin = other.get(name) ?? null;
            if (!sameText(chain, twin, survey))
                differing.push({ table, name, before: chain, after: twin });
        }
        for (const [name, chain] of other) {
            if (own.has(name))
                continue;
            sameText(null, chain, survey);
            differing.push({ table, name, before: null, after: chain });
        }
    }
    return differing;
}
function sameText(before, after, survey) {
    let same = before !== null && after !== null && before.rules.length === after.rules.length;
    if (before?.policy !== after?.policy)
        same = false;
    const length = Math.max(before?.rules.length ?? 0, after?.rules.length ?? 0);
    for (let index = 0; index < length; index++) {
        const own = textAt(before, index);
        const other = textAt(after, index);
        if (before !== null && own !== null)
            survey.rule(before.rules, index, own);
        if (own === other)
            continue;
        same = false;
        if (after !== null && other !== null)
            survey.rule(after.rules, index, other);
    }
    return same;
}
function textAt(chain, index) {
    return chain === null || index >= chain.rules.length ? null : chain.rules.text(index);
}
