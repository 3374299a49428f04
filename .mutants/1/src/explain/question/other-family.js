import { ruleListOf } from '../../iptables/array-rules.js';
/**
 * @returns the captured rules of one family. Where only rules of the other one were captured, a ruleset in their place whose
 *   first rule is not known: what it does with a packet is open. Where no rules were captured at all, none.
 */
export function rulesOfFamily({ rulesets }, family) {
    const own = rulesets.filter((ruleset) => ruleset.family === family);
    const [other] = rulesets;
    return own.length > 0 || other === undefined ? own : [standIn(family, other)];
}
/** @returns true for a ruleset of {@link rulesOfFamily} of which nothing was captured. */
export function isStandIn(ruleset) {
    return STAND_INS.has(ruleset);
}
const STAND_INS = new WeakSet();
/** Nothing comes before table raw. */
function standIn(family, { backend }) {
    const chains = ['PREROUTING', 'OUTPUT'].map((name) => [name, unknownChain(name, family)]);
    const raw = { name: 'raw', chains: new Map(chains) };
    const tables = new Map([['raw', raw]]);
    const ruleset = { family, backend, backendAssumed: true, form: 'save', tables };
    STAND_INS.add(ruleset);
    return ruleset;
}
function unknownChain(name, family) {
    const text = `an ${family} rule that was not captured`;
    const rule = {
        chain: name,
        number: 1,
        file: '',
        line: 0,
        text,
        counters: null,
        matches: [{ kind: 'lost', negated: false, what: 'family', text: family }],
        target: { kind: 'unrecognised', name: '', text },
    };
    return {
        table: 'raw',
        name,
        policy: 'ACCEPT',
        counters: null,
        file: null,
        line: null,
        rules: ruleListOf([rule]),
    };
}
