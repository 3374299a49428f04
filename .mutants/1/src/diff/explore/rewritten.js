import { lowered } from '../../rules/lowered-rule.js';
import { iptablesRule } from '../../trace/outcome.js';
import { textOf } from '../rules/rule-key.js';
/** @returns true for a rewrite that may keep a port or choose one. */
export function mayChoosePort({ kind }) {
    return kind === 'dnat' || kind === 'snat' || kind === 'masquerade' || kind === 'redirect';
}
/** @returns the ports that a NAT target names. */
export function portsWritten(effect) {
    switch (effect?.kind) {
        case 'dnat':
        case 'snat':
            return effect.to?.ports ?? null;
        case 'redirect':
        case 'masquerade':
            return effect.ports;
        default:
            return null;
    }
}
/** @returns each SNAT to one of several addresses that the way passed, as a text. */
export function spreadSources({ path }) {
    const texts = [];
    for (let node = path; node !== null; node = node.before) {
        const rule = iptablesRule(node.step);
        const effect = rule === null ? null : lowered(rule).effect;
        if (effect?.kind === 'snat' &&
            effect.to !== null &&
            effect.to.to !== null &&
            effect.to.to !== effect.to.from)
            texts.push(textOf({ ...effect, text: '' }));
    }
    return texts;
}
