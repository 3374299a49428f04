/** @returns the rules of a chain, in order; none where the chain is not there. */
export function* rulesOf(table, chain) {
    const rules = table?.chains.get(chain)?.rules;
    for (let index = 0; rules !== undefined && index < rules.length; index++)
        yield rules.at(index);
}
/** @returns the rules of a chain that jump or go to a chain or target; only those are parsed. */
export function* rulesTo(table, chain, target) {
    const rules = table?.chains.get(chain)?.rules;
    for (let index = 0; rules !== undefined && index < rules.length; index++) {
        const name = rules.targetName(index);
        if (name !== null && target(name))
            yield rules.at(index);
    }
}
/** @returns the dumps that hold whole tables: only in them a missing rule is missing on the node. */
export function wholeRulesets(rulesets) {
    return rulesets.filter(({ form }) => form === 'save');
}
