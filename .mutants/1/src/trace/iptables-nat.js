import { mapped } from './nat.js';
import { iptablesRule } from './outcome.js';
/** @returns the packet as the nat rule that matched rewrites it. */
export function translated({ branch, effect, rule }, hook, { world, questions }) {
    const known = effect.kind === 'dnat' && effect.to === null
        ? { ...effect, to: world.recoverDestination(rule, jumpTo(rule.chain, branch)) }
        : effect;
    return mapped(branch, known, rule, hook, world, questions);
}
/** The rule by which a branch came to a chain. */
function jumpTo(chain, branch) {
    for (let node = branch.path; node !== null; node = node.before) {
        const rule = iptablesRule(node.step);
        if ((rule?.target?.kind === 'jump' || rule?.target?.kind === 'goto') && rule.target.chain === chain)
            return rule;
    }
    return null;
}
