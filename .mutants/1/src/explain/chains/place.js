import { counted } from '../../words/numbers.js';
const PLACE = /^(raw|mangle|nat|filter|security)[\s:]+([^\s:]+)(?:[\s:]+(?:rule[\s:]+)?(\d+))?$/;
/** @returns the places that `nat PREROUTING 9`, `nat:PREROUTING:rule:9` or the prefix of a LOG rule stands for; empty: none. */
export function readPlaces(typed, rulesets) {
    const [, table, chain, rule] = PLACE.exec(typed.trim()) ?? [];
    if (table !== undefined && chain !== undefined)
        return [{ table, chain, rule: rule === undefined ? null : Number(rule) }];
    return rulesets.flatMap(({ tables }) => [...tables.values()].flatMap((one) => loggedIn(one, typed.trim())));
}
function loggedIn({ name, chains }, prefix) {
    const places = [];
    for (const chain of chains.values())
        for (let index = 0; index < chain.rules.length; index++) {
            const text = chain.rules.text(index);
            const said = /--(?:log|nflog)-prefix +(?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(text);
            const given = (said?.[1] ?? said?.[2])?.trim();
            if (given === undefined || given === '' || given.replace(/:$/, '') !== prefix.replace(/:$/, ''))
                continue;
            places.push({ table: name, chain: chain.name, rule: index + 1 });
        }
    return places;
}
/** @returns the chain with that rule alone; null where the place is not in it. */
export function onlyAt(item, { table, chain, rule }) {
    if (item.name !== chain || (table !== null && item.table !== table))
        return null;
    if (rule === null)
        return item;
    const rules = item.rules.filter(({ number }) => number === rule);
    return rules.length === 0 ? null : { ...item, rules, leadsTo: [] };
}
/** @returns what is known of a place with no such rule: how many rules its chain has; null where there is no such chain. */
export function absentRule({ table, chain, rule }, rulesets) {
    if (rule === null)
        return null;
    const found = rulesets.flatMap(({ family, tables }) => [...tables.values()].flatMap((one) => {
        const own = table === null || one.name === table ? one.chains.get(chain) : undefined;
        return own === undefined
            ? []
            : [`${family} ${one.name} ${chain} has ${counted(own.rules.length, 'rule')}`];
    }));
    return found.length === 0 ? null : { text: [...new Set(found)].join(', '), rules: [] };
}
