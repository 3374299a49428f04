import { isInIptables, stepText } from '../trace/place.js';
import { counted } from '../words/numbers.js';
/** @returns the rule as the dump spells it, with what its counters say. */
export function ruleEvidence(rule) {
    const packets = rule.counters?.packets;
    const seen = packets === undefined ? '' : `  [${counted(packets, 'packet')}]`;
    return { file: rule.file, line: rule.line, text: rule.text + seen };
}
/** @returns a chain's declaration: its policy and how many rules it holds. */
export function chainEvidence(chain) {
    const packets = chain.counters === null || chain.policy === null ? '' : `, ${counted(chain.counters.packets, 'packet')}`;
    const what = chain.policy === null ? counted(chain.rules.length, 'rule') : `policy ${chain.policy}${packets}`;
    return { file: chain.file, line: chain.line, text: `${chain.table} ${chain.name}: ${what}` };
}
/** @returns what decided at a step: its rule, or the policy of its chain. */
export function stepEvidence(step, rulesets, outcome) {
    if (step.program === 'nft') {
        const { rule } = step;
        if (rule === null)
            return { file: null, line: null, text: stepText(step) };
        return { file: rule.file, line: rule.line, text: rule.text };
    }
    if (step.rule !== null)
        return ruleEvidence(step.rule);
    if (!isInIptables(step))
        return { file: null, line: null, text: stepText(step) };
    const family = outcome?.destination.address.family;
    const ruleset = rulesets.find((one) => one.backend === step.backend && (family === undefined || one.family === family));
    const chain = ruleset?.tables.get(step.table)?.chains.get(step.chain);
    if (chain !== undefined)
        return chainEvidence(chain);
    return { file: null, line: null, text: stepText(step) };
}
export { stepText as placeOf };
/** @returns a fact about an object of the API, the node or a setting. */
export function factEvidence(text) {
    return { file: null, line: null, text };
}
