import { describeTarget } from './describe-target.js';
/** @returns the step for a rule that matched. */
export function ruleStep(chain, rule, { steps, hook, backend }) {
    return steps.at(hook, rule, () => ({
        ...placeOf(chain, backend),
        rule,
        event: 'rule',
        ...describeTarget(rule.target),
    }));
}
/** @returns the step for the end of a chain: the policy of a built-in one, the return to the caller of another. */
export function endStep(chain, { steps, hook, backend }) {
    return steps.at(hook, chain, () => ({
        ...placeOf(chain, backend),
        rule: null,
        event: chain.policy === null ? 'chain-end' : 'policy',
        action: chain.policy === null ? 'return' : chain.policy === 'DROP' ? 'drop' : 'accept',
        target: null,
    }));
}
function placeOf({ table, name }, backend) {
    return { program: 'iptables', backend, table, chain: name };
}
