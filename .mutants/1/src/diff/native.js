import { isOfIptables } from '../nftables/iptables-chains.js';
import { isNativeRule } from '../nftables/native-rules.js';
import { printElement } from '../nftables/print/print-expression.js';
import { printStatements } from '../nftables/print/print-statement.js';
/**
 * Compares native tables word by word: rules in their order, elements of sets and maps in any. Counters, handles and elements
 * that run out (session affinity) are left aside. What packets do is not followed. Of a table of iptables that iptables-save
 * tells, only rules count that somebody added with nft.
 * @returns null where a side's rule set was not captured
 */
export function compareNativeTables(before, after) {
    const [own, other] = [nativeTables(before), nativeTables(after)];
    if (own === null || other === null)
        return null;
    const tables = [...new Set([...own.keys(), ...other.keys()])].sort();
    const changes = tables.flatMap((name) => changesIn(name, own.get(name) ?? NONE, other.get(name) ?? NONE));
    return {
        tables,
        differing: tables.filter((name) => changes.some((change) => change.name.startsWith(`${name} `))),
        changes,
    };
}
/** Of tables that iptables-save tells only what somebody added with nft: it prints such rules with half of what they ask. */
function nativeTables({ nft, rulesets }) {
    if (nft === null || nft === undefined || nft.cutAt !== null)
        return null;
    const saved = rulesets.some(({ backend }) => backend === 'iptables-nft');
    return new Map([...nft.tables].flatMap(([name, table]) => {
        const all = [...table.chains.values()];
        const part = saved && all.some(isOfIptables);
        const holds = part
            ? all.some(hasNativeRule)
            : all.some(({ rules, base }) => rules.length > 0 || base?.policy === 'drop');
        return holds ? [[name, textsOf(table, part)]] : [];
    }));
}
function hasNativeRule({ rules }) {
    for (let index = 0; index < rules.length; index++)
        if (isNativeRule(rules.at(index)))
            return true;
    return false;
}
function changesIn(table, own, other) {
    return [...new Set([...own.keys(), ...other.keys()])].sort().flatMap((object) => {
        const one = own.get(object) ?? withoutRules(other.get(object));
        const two = other.get(object) ?? withoutRules(own.get(object));
        if (one === undefined || two === undefined || one.head !== two.head)
            return [change(`${table} ${object}`, sizeText(one), sizeText(two))];
        const lost = without(one.lines, two.lines);
        const gained = without(two.lines, one.lines);
        if (lost.length === 0 && gained.length === 0)
            return one.ordered && one.lines.join('\n') !== two.lines.join('\n')
                ? [change(`${table} ${object}`, 'the same rules', 'in another order')]
                : [];
        const most = Math.max(lost.length, gained.length);
        return Array.from({ length: most }, (_, index) => change(`${table} ${object}`, lost[index] ?? null, gained[index] ?? null));
    });
}
/** A chain of iptables to which one side alone has added rules is there on the other side, too. */
function withoutRules(text) {
    return text?.part === true ? { ...text, lines: [] } : undefined;
}
function change(name, before, after) {
    return { kind: 'nftables', name, before, after, matters: true };
}
/** Of two lists, what the first has more of. */
function without(lines, others) {
    const left = new Map();
    for (const line of others)
        left.set(line, (left.get(line) ?? 0) + 1);
    return lines.filter((line) => {
        const count = left.get(line) ?? 0;
        left.set(line, count - 1);
        return count <= 0;
    });
}
const NONE = new Map();
function sizeText(object) {
    return object === undefined
        ? null
        : `${object.head}, ${object.lines.length} ${object.ordered ? 'rules' : 'elements'}`;
}
/** @param part only rules of nft, in a table of iptables */
function textsOf(table, part) {
    const texts = new Map();
    for (const chain of table.chains.values()) {
        if (!part)
            texts.set(`chain ${chain.name}`, chainText(chain, table));
        else if (hasNativeRule(chain))
            texts.set(`chain ${chain.name}`, addedText(chain));
    }
    for (const set of table.sets.values())
        texts.set(`${set.kind} ${set.name}`, setText(set));
    for (const [name, { over, values }] of table.objects) {
        const { used: _, packets: __, bytes: ___, ...told } = values;
        texts.set(name, { head: JSON.stringify([over, told]), lines: [], ordered: false });
    }
    return texts;
}
function chainText({ base, rules }, { dormant }) {
    const hook = base === null
        ? 'chain'
        : `${base.type} ${base.hook} ${base.priority ?? '?'} policy ${base.policy}${dormant ? ', dormant' : ''}`;
    return { head: hook, lines: linesOf(rules, () => true), ordered: true };
}
/** Hook, policy and all other rules are told as iptables-save prints them. */
function addedText({ rules }) {
    return { head: 'chain', lines: linesOf(rules, isNativeRule), ordered: true, part: true };
}
function linesOf(rules, wanted) {
    const lines = [];
    for (let index = 0; index < rules.length; index++) {
        const rule = rules.at(index);
        if (!wanted(rule))
            continue;
        const told = rule.statements.filter((each) => each.kind !== 'counter' || each.name !== null);
        lines.push(printStatements(told, null));
    }
    return lines;
}
function setText({ kind, elements, timeout, flags }) {
    // What a set with timeouts holds is what packets left there.
    const lasting = timeout !== null || flags.includes('dynamic') ? [] : elements;
    const lines = lasting.flatMap((element) => element.expires === null ? [printElement({ ...element, comment: null, extras: [] })] : []);
    return { head: `${kind}${timeout === null ? '' : `, timeout ${timeout} s`}`, lines, ordered: false };
}
