import { lowerMatches } from './lower-iptables-match.js';
import { lowerTarget } from './lower-iptables-target.js';
const LOWERED = new WeakMap();
/** @returns what a rule of iptables asks and does; made when it is first asked for, as of 400,000 a packet meets a few hundred. */
export function lowered(rule) {
    let known = LOWERED.get(rule);
    if (known === undefined) {
        const { matches, target } = rule;
        known = { tests: lowerMatches(matches), effect: target && lowerTarget(target) };
        LOWERED.set(rule, known);
    }
    return known;
}
