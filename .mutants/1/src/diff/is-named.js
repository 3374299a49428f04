import { commentOf } from '../iptables/ruleset.js';
import { rulesOf } from './rules/survey.js';
/** @returns true where a state knows the Service: among its API objects, or by the comment of a rule. */
export function isNamed({ cluster, rulesets }, { namespace, name }) {
    const known = cluster.services?.some((each) => each.namespace === namespace && each.name === name);
    if (known === true)
        return true;
    const text = `${namespace}/${name}`;
    for (const ruleset of rulesets)
        for (const { rules, index } of rulesOf(ruleset)) {
            if (!rules.text(index).includes(text))
                continue;
            const said = commentOf(rules.at(index)) ?? '';
            if (said === text || said.startsWith(`${text}:`) || said.startsWith(`${text} `))
                return true;
        }
    return false;
}
