import type { Ruleset, Table } from '../../iptables/ruleset.ts';
import { counted } from '../../words/numbers.ts';
import type { AbsentChain, ChainItem } from '../chain-list.ts';

/** A rule's place, as `iptables -L --line-numbers` and traces name it, or as a LOG rule marks what it writes. */
export interface RulePlace {
  /** Absent: either. */
  readonly family?: ChainItem['family'];
  /** `nat`, or as nft names it `ip nat`. Null: every table. */
  readonly table: string | null;
  readonly chain: string;
  /** Counted from 1; null: the whole chain. */
  readonly rule: number | null;
}

const PLACE = /^(raw|mangle|nat|filter|security)[\s:]+([^\s:]+)(?:[\s:]+(?:rule[\s:]+)?(\d+))?$/;

/** The same where the table goes without saying. */
const IN_CHAIN = /^([^\s:]+)[\s:]+(?:rule[\s:]+)?(\d+)$/;

function hasChain(tables: Ruleset['tables'], chain: string): boolean {
  return [...tables.values()].some(({ chains }) => chains.has(chain));
}

/** @returns the places that `nat PREROUTING 9`, `nat:PREROUTING:rule:9`, `PREROUTING 9` or the prefix of a LOG rule stands for; empty: none. */
export function readPlaces(typed: string, rulesets: readonly Ruleset[]): RulePlace[] {
  const [, table, chain, rule] = PLACE.exec(typed.trim()) ?? [];
  if (table !== undefined && chain !== undefined)
    return [{ table, chain, rule: rule === undefined ? null : Number(rule) }];
  const [, anywhere, number] = IN_CHAIN.exec(typed.trim()) ?? [];
  if (anywhere !== undefined && rulesets.some(({ tables }) => hasChain(tables, anywhere)))
    return [{ table: null, chain: anywhere, rule: Number(number) }];
  return rulesets.flatMap(({ tables }) => [...tables.values()].flatMap((one) => loggedIn(one, typed.trim())));
}

function loggedIn({ name, chains }: Table, prefix: string): RulePlace[] {
  const places: RulePlace[] = [];
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
export function onlyAt(item: ChainItem, { family, table, chain, rule }: RulePlace): ChainItem | null {
  if (item.name !== chain || (family !== undefined && item.family !== family)) return null;
  // What iptables-nft made, nft names with the family before it.
  if (table !== null && item.table !== table && item.table !== table.replace(/^ip6? /, '')) return null;
  if (rule === null) return item;
  const rules = item.rules.filter(({ number }) => number === rule);
  return rules.length === 0 ? null : { ...item, rules, leadsTo: [] };
}

/** @returns what is known of a place with no such rule: how many rules its chain has; null where there is no such chain. */
export function absentRule(
  { table, chain, rule }: RulePlace,
  rulesets: readonly Ruleset[],
): AbsentChain | null {
  if (rule === null) return null;
  const found = rulesets.flatMap(({ family, tables }) =>
    [...tables.values()].flatMap((one) => {
      const own = table === null || one.name === table ? one.chains.get(chain) : undefined;
      return own === undefined
        ? []
        : [`${family} ${one.name} ${chain} has ${counted(own.rules.length, 'rule')}`];
    }),
  );
  return found.length === 0 ? null : { text: [...new Set(found)].join(', '), rules: [] };
}
