import { lowered } from '../../rules/lowered-rule.js';
import { endsForProtocol, readEntries } from './entries.js';
import { findMoved, sameKeys } from './entry-order.js';
import { hasNoEffect, onlyLooks } from './rule-key.js';
/**
 * Compares two chains by what their rules do.
 * @returns null where they do the same to every packet, provided that the chains they jump to do.
 */
export function compareChains(pair, [before, after], reach) {
    const own = entriesOf(pair, pair.before, before, reach);
    const other = entriesOf(pair, pair.after, after, reach);
    // Where a table lacks a built-in chain, or a backend the table, packets pass.
    const policyChanged = (pair.before?.policy ?? 'ACCEPT') !== (pair.after?.policy ?? 'ACCEPT');
    const delta = { pair, policyChanged, whole: policyChanged };
    if (sameKeys(own, other))
        return policyChanged ? { ...delta, removed: [], added: [], moved: [] } : null;
    const [removed, keptBefore] = partAgainst(own, other);
    const [added, keptAfter] = partAgainst(other, own);
    const moved = sameKeys(keptBefore, keptAfter) ? [] : findMoved(keptBefore, keptAfter);
    if (moved === null)
        return { ...delta, removed, added, moved: [], whole: true };
    if (removed.length + added.length + moved.length === 0 && !policyChanged)
        return null;
    return { ...delta, removed, added, moved };
}
/** @returns what bounds the packets that the delta can change. */
export function boundsOf(delta, [before, after]) {
    const { table, name } = delta.pair;
    if (delta.whole)
        return [{ chain: name, rule: null }];
    const tables = [before, after].flatMap((ruleset) => ruleset?.tables.get(table) ?? []);
    return [...delta.removed, ...delta.added, ...delta.moved].flatMap(({ rules: [rule = null, ...more] }) => {
        if (rule === null || more.length > 0)
            return [{ chain: name, rule: null }];
        return throughJump(rule, tables) ?? [{ chain: name, rule }];
    });
}
/** A chain of more rules than this is taken as a whole. */
const MOST_BEHIND = 200;
/**
 * A packet that matches no rule of a chain comes back from it as it went: a jump there can only change what becomes of
 * packets that match one.
 * @returns null where the rule does more than jump, or there are too many rules behind it
 */
function throughJump(rule, tables) {
    const bounds = [];
    const seen = new Set();
    const open = [rule];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
        const { effect } = lowered(next);
        if (effect?.kind !== 'jump' || !onlyLooks(next)) {
            if (next === rule)
                return null;
            // RETURN only keeps packets from rules that are bounds themselves.
            if (effect?.kind !== 'return' || !onlyLooks(next))
                bounds.push({ chain: next.chain, rule: next });
            if (bounds.length > MOST_BEHIND)
                return null;
            continue;
        }
        if (seen.has(effect.chain))
            continue;
        seen.add(effect.chain);
        const chains = tables.flatMap(({ chains: all }) => all.get(effect.chain) ?? []);
        if (chains.length === 0)
            return null;
        for (const { rules } of chains) {
            if (rules.length > MOST_BEHIND)
                return null;
            for (let index = 0; index < rules.length; index++) {
                const behind = rules.at(index);
                if (!hasNoEffect(behind))
                    open.push(behind);
            }
        }
    }
    return bounds;
}
function entriesOf(pair, chain, ruleset, reach) {
    const table = ruleset?.tables.get(pair.table);
    if (chain === null || table === undefined)
        return [];
    const guard = guardOf(pair, reach);
    return readEntries(chain.rules, (name) => {
        const protocol = endsForProtocol(table, name);
        return protocol !== null && (protocol === 0 || protocol === guard());
    });
}
/** @returns the one protocol that every packet in the chain has, on either side; null where there may be others. */
function guardOf(pair, reach) {
    let known = null;
    return () => {
        known ??= { protocol: reach.protocolAt(pair.table, pair.name) };
        return known.protocol;
    };
}
/** Splits entries into those that the other side lacks, counting how often each is there, and the rest. */
function partAgainst(entries, others) {
    const counts = new Map();
    for (const { key } of others)
        counts.set(key, (counts.get(key) ?? 0) + 1);
    const [lacking, kept] = [[], []];
    for (const entry of entries) {
        const count = counts.get(entry.key) ?? 0;
        counts.set(entry.key, count - 1);
        (count > 0 ? kept : lacking).push(entry);
    }
    return [lacking, kept];
}
