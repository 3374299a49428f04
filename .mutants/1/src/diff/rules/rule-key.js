import { lowered } from '../../rules/lowered-rule.js';
import { traitsOf, traitsOfEffect } from '../../rules/traits.js';
const KEYS = new WeakMap();
/**
 * @returns what a rule means, as one text: equal for rules that do the same to the same packets. Counters, comments,
 * accounting, spelling and the order of independent tests are not in it.
 */
export function ruleKey(rule) {
    let key = KEYS.get(rule);
    if (key === undefined) {
        const { tests, effect } = lowered(rule);
        const asked = new Set(tests.map(textOf));
        key = `${[...asked].sort().join(' ')} → ${effect === null ? '' : textOf(effect)}`;
        KEYS.set(rule, key);
    }
    return key;
}
/** @returns one text for a test, an effect or any other plain value of the model. */
export function textOf(value) {
    return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}n` : part));
}
/** @returns true where every test only looks at the packet. */
export function onlyLooks(rule) {
    return lowered(rule).tests.every((test) => !traitsOf(test).remembers);
}
/** @returns true where what the rule does to packets is in no outcome of a trace. */
export function isUnseen(rule) {
    const { effect } = lowered(rule);
    return effect !== null && traitsOfEffect(effect).shows === 'unseen';
}
/** @returns true where a rule neither changes the packet nor ends its way nor remembers anything: LOG, a counter. */
export function hasNoEffect(rule) {
    const { tests, effect } = lowered(rule);
    if (effect !== null && traitsOfEffect(effect).shows !== 'none')
        return false;
    return tests.map(traitsOf).every(({ remembers, ofItsRule }) => !remembers || ofItsRule);
}
