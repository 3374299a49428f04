import { ADDRESS_BITS } from '../../net/address.js';
import { maskOfLength } from '../../net/prefix.js';
import { lowered } from '../../rules/lowered-rule.js';
import { hasNoEffect, ruleKey, textOf } from './rule-key.js';
/**
 * Reads a chain for what it does: rules without effect are left out, and rules that share out packets by `statistic` among
 * chains that all end there are one entry with its shares, in whatever order they stand.
 * @param endsFor says whether a chain surely ends the walk for packets that come from here.
 */
export function readEntries(rules, endsFor) {
    const entries = [];
    let dealt = [];
    const settle = () => {
        entries.push(...dealtEntries(dealt, endsFor));
        dealt = [];
    };
    for (let index = 0; index < rules.length; index++) {
        const rule = rules.at(index);
        if (hasNoEffect(rule))
            continue;
        const { tests } = lowered(rule);
        const byChance = tests.length > 0 && tests.every(isRandom);
        if (byChance || (tests.length === 0 && dealt.length > 0))
            dealt.push(rule);
        else {
            settle();
            entries.push(entryOf(rule));
        }
        if (!byChance)
            settle();
    }
    settle();
    return entries;
}
function entryOf(rule) {
    return { key: ruleKey(rule), rules: [rule], destination: plainDestination(rule) };
}
function dealtEntries(dealt, endsFor) {
    const effects = dealt.map((rule) => lowered(rule).effect);
    const ends = effects.every((effect) => effect?.kind === 'dnat' || (effect?.kind === 'jump' && endsFor(effect.chain)));
    if (!ends || dealt.length < 2)
        return dealt.map(entryOf);
    const shares = new Map();
    let left = 1;
    for (const [at, rule] of dealt.entries()) {
        const share = left * chanceOf(rule);
        const effect = effects[at] ?? null;
        const target = effect === null ? '' : textOf(effect);
        shares.set(target, (shares.get(target) ?? 0) + share);
        left -= share;
    }
    const parts = [...shares].map(([target, share]) => `${rounded(share)} ${target}`);
    return [{ key: `shares ${rounded(left)} ${parts.sort().join(' ')}`, rules: dealt, destination: null }];
}
function chanceOf(rule) {
    let chance = 1;
    for (const test of lowered(rule).tests)
        if (isRandom(test))
            chance *= test.negated ? 1 - test.in.probability : test.in.probability;
    return chance;
}
function isRandom(test) {
    return test.field === 'chance' && test.in.every === null;
}
/** Ten digits of kube-proxy and 31 bits of the kernel leave an error that depends on the order of the endpoints. */
function rounded(share) {
    return share < 1e-8 ? '0' : share.toPrecision(4);
}
/** @returns the destination that {@link RuleList.towards} tells the rule by, or null. */
export function plainDestination(rule) {
    for (const test of lowered(rule).tests) {
        if (test.field !== 'ip.daddr' || test.negated || test.in.kind !== 'prefix')
            continue;
        const { family, value, mask } = test.in.prefix;
        if (mask === maskOfLength(family, ADDRESS_BITS[family]))
            return value;
    }
    return null;
}
/**
 * @returns the protocol for which the chain surely ends the walk: its last rule rewrites or decides, asking for nothing but
 * that protocol, and none before it leaves. 0: for every protocol; null: it may come back.
 */
export function endsForProtocol(table, name) {
    const rules = table.chains.get(name)?.rules;
    if (rules === undefined || rules.length === 0 || rules.length > 8)
        return null;
    for (let index = 0; index < rules.length - 1; index++) {
        const { effect } = lowered(rules.at(index));
        if (effect?.kind === 'return' || effect?.kind === 'goto' || effect?.kind === 'unrecognised')
            return null;
    }
    const last = lowered(rules.at(rules.length - 1));
    if (last.effect?.kind !== 'dnat')
        return null;
    let protocol = 0;
    for (const test of last.tests) {
        if (test.field === 'recent' && test.in.action === 'set' && !test.negated)
            continue;
        if (test.field !== 'meta.l4proto' || test.negated || test.in.kind !== 'ranges')
            return null;
        const [range] = test.in.ranges;
        if (range === undefined || test.in.ranges.length > 1 || range.from !== range.to)
            return null;
        protocol = range.from;
    }
    return protocol;
}
