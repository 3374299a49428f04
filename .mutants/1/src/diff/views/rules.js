import { commentOf } from '../../iptables/ruleset.js';
import { CHAINS, hasRole, isOfOneService } from '../../proxy/chains.js';
import { ownerOf, ownerOfComment } from '../../proxy/owners.js';
import { placeOf } from '../explore/explore.js';
import { isUnseen, ruleKey } from '../rules/rule-key.js';
/** Chains of one Service or endpoint, and those that hold one rule for each: what changes in them is told of the Service. */
const OF_SERVICES = new Set([
    CHAINS.services,
    CHAINS.nodePorts,
    CHAINS.externalServices,
    CHAINS.proxyFirewall,
]);
/**
 * @param classes those that differ, of the packets that were asked about
 * @param all says whether every packet that the changes can concern was followed
 * @returns rules and policies that differ outside the chains of Services, in the order of tables and chains
 */
export function compareRules({ family, differing }, classes, all) {
    const passed = new Set(classes.flatMap((each) => [...each.passed]));
    return differing
        .filter(({ name }) => !OF_SERVICES.has(name) && !isOfOneService(name) && !hasRole(name, 'portal'))
        .flatMap((pair) => changesOf(pair).map((change) => {
        const decides = passed.has(placeOf(pair.table, pair.name, change.rule?.text ?? null));
        const known = decides || (all && (change.rule === null || !isUnseen(change.rule)));
        return describe(pair, change, family, known ? decides : null);
    }))
        .sort((a, b) => compare(placeText(a), placeText(b)));
}
function describe(pair, { change, rule, text }, family, decides) {
    const comment = rule === null ? null : commentOf(rule);
    const target = rule?.target?.kind === 'jump' || rule?.target?.kind === 'goto' ? rule.target.chain : null;
    const owner = ownerOf(pair.name) ??
        (comment === null ? null : ownerOfComment(comment)) ??
        (target === null ? null : ownerOf(target));
    return {
        change,
        family,
        table: pair.table,
        chain: pair.name,
        owner,
        rule: rule?.number ?? null,
        line: rule?.line ?? null,
        text,
        decides,
    };
}
function changesOf({ before, after }) {
    const [own, other] = [rulesIn(before?.rules ?? null), rulesIn(after?.rules ?? null)];
    const removed = lackingIn(own, other);
    const added = lackingIn(other, own);
    const [kept, keptAfter] = [
        own.filter((rule) => !removed.has(rule)),
        other.filter((rule) => !added.has(rule)),
    ];
    const moved = movedAmong(kept, keptAfter);
    const change = (kind) => (rule) => ({ change: kind, rule, text: rule.text });
    const policy = before !== null && after !== null && before.policy !== after.policy
        ? [
            {
                change: 'policy',
                rule: null,
                text: `${before.policy ?? 'none'} → ${after.policy ?? 'none'}`,
            },
        ]
        : [];
    return [
        ...policy,
        ...[...removed].map(change('removed')),
        ...[...added].map(change('added')),
        ...moved.map(change('moved')),
    ];
}
function rulesIn(rules) {
    return rules === null ? [] : Array.from({ length: rules.length }, (_, index) => rules.at(index));
}
function lackingIn(rules, others) {
    const counts = new Map();
    for (const rule of others)
        counts.set(ruleKey(rule), (counts.get(ruleKey(rule)) ?? 0) + 1);
    return new Set(rules.filter((rule) => {
        const count = counts.get(ruleKey(rule)) ?? 0;
        counts.set(ruleKey(rule), count - 1);
        return count <= 0;
    }));
}
/** @returns the fewest rules that have to be moved to make one order of the other: those outside a longest common run. */
function movedAmong(before, after) {
    const places = new Map();
    for (const [at, rule] of after.entries())
        places.set(ruleKey(rule), [...(places.get(ruleKey(rule)) ?? []), at]);
    const order = before.map((rule) => places.get(ruleKey(rule))?.shift() ?? 0);
    const kept = longestRise(order);
    return before.filter((_, at) => !kept.has(at));
}
/** @returns the indices of a longest rising run of numbers (patience sorting). */
function longestRise(numbers) {
    const tails = [];
    const previous = numbers.map(() => -1);
    for (const [at, number] of numbers.entries()) {
        let low = 0;
        let high = tails.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if ((numbers[tails[middle] ?? 0] ?? 0) < number)
                low = middle + 1;
            else
                high = middle;
        }
        previous[at] = tails[low - 1] ?? -1;
        tails[low] = at;
    }
    const kept = new Set();
    for (let at = tails.at(-1) ?? -1; at >= 0; at = previous[at] ?? -1)
        kept.add(at);
    return kept;
}
function placeText({ table, chain, rule, change, text }) {
    return `${table} ${chain} ${String(rule ?? 0).padStart(6, '0')} ${change} ${text}`;
}
function compare(a, b) {
    return a < b ? -1 : a > b ? 1 : 0;
}
