import { formatAddress } from '../../../net/address.js';
import { formatProtocol } from '../../../net/protocol.js';
import { CHAINS } from '../../../proxy/chains.js';
import { REFUSAL_CHAINS } from '../../services/refusal-rules.js';
import { factsOf } from '../../services/rule-facts.js';
import { leadsTo, placeOf, stepsAt } from './path-facts.js';
/**
 * A Service without endpoints has no DNAT: kube-proxy writes a rule into the filter table that refuses it, and that
 * rule only counts where the packet comes to it.
 * @returns where the refusal stands and why the packet did not meet it; null where there is none
 */
export function unreachedRefusal(outcome, context) {
    for (const ruleset of context.rulesets) {
        const rule = findRefusal(ruleset, context);
        if (rule === null)
            continue;
        const verb = rule.target?.kind === 'drop' ? 'drop' : 'reject';
        const because = rule.chain === CHAINS.proxyFirewall
            ? 'its loadBalancerSourceRanges do not allow this client'
            : `${context.target.label} has ${verb === 'drop' ? 'no endpoint on this node' : 'no endpoints'}`;
        return `${because}, and the packet does not come to the rule that would ${verb} it, filter ${rule.chain} rule ${rule.number}: ${whyUnreached(outcome, ruleset, rule.chain)}`;
    }
    return null;
}
function findRefusal(ruleset, { trace, target }) {
    const filter = ruleset.tables.get('filter');
    const { destination, destinationPort, protocol } = trace.packet;
    const wanted = formatAddress(destination);
    for (const name of REFUSAL_CHAINS) {
        const rules = filter?.chains.get(name)?.rules;
        if (rules === undefined)
            continue;
        for (const index of rules.towards(destination)) {
            const verb = rules.targetName(index);
            if (verb !== 'REJECT' && verb !== 'DROP')
                continue;
            const rule = rules.at(index);
            const facts = factsOf(rule);
            if (facts.port !== destinationPort || facts.protocol !== formatProtocol(protocol))
                continue;
            const address = facts.destination === null ? null : formatAddress(facts.destination);
            if (address === wanted || (address === null && target.via === 'nodePort'))
                return rule;
        }
    }
    return null;
}
function whyUnreached(outcome, ruleset, chain) {
    const hook = outcome.path.findLast(({ step }) => step.table === 'filter')?.step.hook;
    if (hook === undefined)
        return 'the packet meets no rule of the filter table';
    const steps = stepsAt(outcome, 'filter', hook);
    if (steps.some((step) => leadsTo(step, chain)))
        return `it does not match this packet at ${hook}`;
    const jump = jumpTo(chain, hook, ruleset);
    if (jump === null && hook === 'OUTPUT' && chain === CHAINS.externalServices)
        return 'kube-proxy lets only INPUT and FORWARD lead to that chain, so it is not for packets of the node itself';
    const end = steps.findLast(({ action, rule }) => action === 'accept' && rule !== null);
    if (end !== undefined) {
        const later = jump === null ? '' : ` (the jump to ${chain} stands after it, at rule ${jump})`;
        return `${placeOf(end)} accepts it first${later}`;
    }
    return jump === null
        ? `filter ${hook} has no jump to ${chain}`
        : `filter ${hook} rule ${jump}, the jump to ${chain}, does not match it`;
}
/** @returns the number of the built-in chain's rule that leads to a chain; null where none does. */
function jumpTo(chain, hook, ruleset) {
    const rules = ruleset.tables.get('filter')?.chains.get(hook)?.rules;
    for (let index = 0; rules !== undefined && index < rules.length; index++)
        if (rules.targetName(index) === chain)
            return index + 1;
    return null;
}
