import { commentOf } from '../../iptables/ruleset.js';
import { CHAINS, isOfOneService } from '../../proxy/chains.js';
import { ownerOf, ownerOfComment } from '../../proxy/owners.js';
import { groupBy } from '../group.js';
/** Chains longer than this are lists, not somebody's marking. */
const MANY = 5_000;
const ALL = 0xffff_ffff;
/** @returns who uses which bits of the packet's mark: one entry for each program, kube-proxy and kubelet as one. */
export function readMarkLedger({ rulesets }, family) {
    const rules = rulesets
        .filter((ruleset) => ruleset.family === family)
        .flatMap((ruleset) => [...markRules(ruleset)]);
    return [...groupBy(rules, ownerOfRule)].map(([owner, own]) => useOf(owner, own));
}
function useOf(owner, rules) {
    const setters = rules.filter((rule) => setBits(rule) !== 0);
    const testers = rules.filter((rule) => testBits(rule) !== 0);
    return {
        owner,
        sets: union(setters.map(setBits)),
        tests: union(testers.map(testBits)),
        clears: union(rules.map(clearedBits)),
        unmasked: rules.filter(({ target }) => target?.kind === 'mark' && target.mask >>> 0 === ALL),
        setters,
        testers,
    };
}
/** @returns bits that a rule may set: of a value written whole, the value's. */
export function setBits({ target }) {
    return target?.kind === 'mark' ? target.value >>> 0 : 0;
}
/** @returns bits that a rule tests; of a rule that tests all 32, the value's. */
export function testBits({ matches }) {
    return union(matches.map(bitsOfMatch));
}
function bitsOfMatch(match) {
    if (match.kind !== 'mark')
        return 0;
    return match.mask >>> 0 === ALL ? match.value >>> 0 : match.mask >>> 0;
}
/** Bits that a rule takes away and does not set: with no mask given, every other. */
function clearedBits({ target }) {
    return target?.kind === 'mark' ? (target.mask & ~target.value) >>> 0 : 0;
}
function union(bits) {
    return bits.reduce((all, one) => (all | one) >>> 0, 0);
}
const ENTRIES = new Set([CHAINS.services, CHAINS.nodePorts]);
function* markRules({ tables }) {
    for (const { chains } of tables.values()) {
        for (const { name, rules } of chains.values()) {
            // Of kube-proxy's chains only a few touch marks, and those of Services may be many thousands.
            if (rules.length > MANY || isOfOneService(name) || ENTRIES.has(name))
                continue;
            for (let index = 0; index < rules.length; index++) {
                const rule = rules.at(index);
                if (rule.target?.kind === 'mark' || rule.matches.some(({ kind }) => kind === 'mark'))
                    yield rule;
            }
        }
    }
}
function ownerOfRule(rule) {
    const comment = commentOf(rule);
    const owner = ownerOf(rule.chain) ?? (comment === null ? null : ownerOfComment(comment));
    // kubelet wrote the chains that kube-proxy uses (CHAINS.markMasquerade, until 1.27): they share the bit by design.
    return owner === 'kubelet' ? 'kube-proxy' : owner;
}
