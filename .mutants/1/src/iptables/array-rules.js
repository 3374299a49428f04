import { ADDRESS_BITS } from '../net/address.js';
import { maskOfLength } from '../net/prefix.js';
import { targetNameOf } from './target-name.js';
/**
 * Makes a {@link RuleList} of rules that are parsed already, as a table listing gives them.
 * @param rules in chain order; the list keeps the array, it must not change afterwards.
 */
export function ruleListOf(rules) {
    return new ArrayRules(rules);
}
/**
 * @returns true where the rule has a plain, not negated `-d A/32` (or /128) that names another address than this one.
 */
export function namesAnotherDestination(rule, destination) {
    for (const match of rule.matches) {
        if (match.kind !== 'destination' || match.negated)
            continue;
        const { family, value, mask } = match.prefix;
        if (mask !== maskOfLength(family, ADDRESS_BITS[family]))
            continue;
        if (family !== destination.family || value !== destination.value)
            return true;
    }
    return false;
}
class ArrayRules {
    #rules;
    constructor(rules) {
        this.#rules = rules;
    }
    get length() {
        return this.#rules.length;
    }
    at(index) {
        const rule = this.#rules[index];
        if (rule === undefined)
            throw new RangeError(`no rule at index ${index} of ${this.length}`);
        return rule;
    }
    *towards(destination) {
        for (const [index, rule] of this.#rules.entries()) {
            if (destination === null || !namesAnotherDestination(rule, destination))
                yield index;
        }
    }
    text(index) {
        return this.at(index).text;
    }
    targetName(index) {
        const { target } = this.at(index);
        return target === null ? null : targetNameOf(target);
    }
}
