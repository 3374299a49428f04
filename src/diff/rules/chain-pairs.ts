import type { Chain, ChainMap, Ruleset, TableName } from '../../iptables/ruleset.ts';
import type { Survey } from './survey.ts';

/** One chain as each side has it; null where a side has none. */
export interface ChainPair {
  readonly table: TableName;
  readonly name: string;
  readonly before: Chain | null;
  readonly after: Chain | null;
}

/**
 * Compares two rulesets chain by chain by their text, counters left out. Nothing is parsed but what the survey wants, and of two
 * dumps no chain is made that both spell alike.
 * @returns the chains whose text or policy differs, in the order of the first ruleset, then of the second.
 */
export function findDifferingChains(
  before: Ruleset | null,
  after: Ruleset | null,
  survey: Survey,
): ChainPair[] {
  const differing: ChainPair[] = [];
  const tables = new Set<TableName>([...(before?.tables.keys() ?? []), ...(after?.tables.keys() ?? [])]);
  for (const table of tables) {
    const own: ChainMap = before?.tables.get(table)?.chains ?? new Map<string, Chain>();
    const other: ChainMap = after?.tables.get(table)?.chains ?? new Map<string, Chain>();
    const beside = own.beside?.(other) ?? null;
    for (const name of beside?.unlike((bytes, start) => survey.knows(bytes, start)) ?? own.keys()) {
      const pair = { table, name, before: own.get(name) ?? null, after: other.get(name) ?? null };
      if (!sameText(pair.before, pair.after, survey)) differing.push(pair);
    }
    for (const name of beside?.added() ?? other.keys()) {
      if (own.has(name)) continue;
      const after = other.get(name) ?? null;
      sameText(null, after, survey);
      differing.push({ table, name, before: null, after });
    }
  }
  return differing;
}

function sameText(before: Chain | null, after: Chain | null, survey: Survey): boolean {
  let same = before !== null && after !== null && before.rules.length === after.rules.length;
  if (before?.policy !== after?.policy) same = false;
  const length = Math.max(before?.rules.length ?? 0, after?.rules.length ?? 0);
  for (let index = 0; index < length; index++) {
    const own = textAt(before, index);
    const other = textAt(after, index);
    if (before !== null && own !== null) survey.rule(before.rules, index, own);
    if (own === other) continue;
    same = false;
    if (after !== null && other !== null) survey.rule(after.rules, index, other);
  }
  return same;
}

function textAt(chain: Chain | null, index: number): string | null {
  return chain === null || index >= chain.rules.length ? null : chain.rules.text(index);
}
