import type { ProblemList } from '../../problems/problem.ts';
import type { KnownChains } from '../known-chains.ts';
import { HOOK_NAMES, type TableName } from '../ruleset.ts';
import {
  ALL_TABLES,
  intersection,
  isBuiltIn,
  narrowed,
  tablesOfChain,
  tablesOfTarget,
} from '../table-evidence.ts';
import { ChainTable } from './chain-table.ts';
import type { Block } from './dump.ts';
import { LazyChains } from './lazy-chains.ts';
import { readRuleText } from './read-rule.ts';

/** Nobody picks more lines from a dump; a longer listing is of one table. */
const MOST_RULES = 100_000;

/** One rule while its table is looked for. */
interface Loose {
  readonly chain: string;
  readonly number: number;
  readonly rule: number;
  readonly line: number;
  readonly target: string | null;
  possible: readonly TableName[];
}

/**
 * Lines that were picked from a dump (`iptables-save | grep`) or pasted from several `iptables -S` are sorted into the tables
 * that they can be of: by what only one table can hold, by chains that only one table has, and by who jumps to whom. A
 * chain that two tables have is split.
 * @returns the block itself where it names its table, or where one table can hold all of its rules.
 */
export function sortTables(
  block: Block,
  file: string,
  known: KnownChains,
  problems: ProblemList,
): readonly Block[] {
  const { chains } = block;
  if (block.table !== null) return [block];
  const hooks = HOOK_NAMES.filter((name) => chains.isDeclared(name));
  const rules = looseRules(block, known);
  if (rules === null) return [block];
  let common = ALL_TABLES;
  for (const name of hooks) common = intersection(common, tablesOfChain(name, known));
  for (const { possible } of rules) common = intersection(common, possible);
  if (hooks.length > 0 && common.length > 0) return [block];
  if (common.length > 0 && !rules.some(({ possible }) => possible.length === 1)) return [block];
  if (common.length === 0) settle(rules);
  const tables = new Map<TableName, Loose[]>();
  for (const rule of rules) {
    const table = (common.length > 0 ? common : rule.possible)[0] ?? 'filter';
    addTo(tables, table, rule);
  }
  if (tables.size < 2) return [block];
  const counted = [...tables].map(([table, own]) => ({ table, count: own.length }));
  problems.add('table-assumed', { how: 'sorted', rules: counted }, file, block.line);
  return [...tables].map(([table, own]) => blockOf(block, table, own, rules, known));
}

function looseRules({ chains, context }: Block, known: KnownChains): Loose[] | null {
  const rules: Loose[] = [];
  const lazy = new LazyChains(chains, 'filter', context);
  for (let number = 0; number < chains.size; number++) {
    if (rules.length + chains.ruleCount(number) > MOST_RULES) return null;
    const chain = chains.names.text(number);
    const list = lazy.get(chain)?.rules;
    for (let rule = 0; rule < (list?.length ?? 0); rule++) {
      const { start, line } = chains.placeOf(number, rule);
      const target = list?.targetName(rule) ?? null;
      const possible = possibleOf(chain, target, readRuleText(context.lines.bytes, start), known);
      rules.push({ chain, number, rule, line, target, possible });
    }
  }
  return rules.sort((a, b) => a.line - b.line);
}

function possibleOf(
  chain: string,
  target: string | null,
  text: string,
  known: KnownChains,
): readonly TableName[] {
  const named = / (?:-t|--table) (\w+)/.exec(text)?.[1];
  const told = ALL_TABLES.filter((table) => table === named);
  if (told.length > 0) return told;
  let possible = tablesOfChain(chain, known);
  if (target === null) return possible;
  possible = narrowed(possible, tablesOfTarget(target, known));
  const table = known.tableOfJump(target, text);
  return table === null ? possible : narrowed(possible, [table]);
}

/** Lets rules learn from those that they lead to and those that lead to them, until nothing changes. */
function settle(rules: readonly Loose[]): void {
  const inside = new Map<string, Loose[]>();
  const callers = new Map<string, Loose[]>();
  for (const rule of rules) {
    addTo(inside, rule.chain, rule);
    if (rule.target !== null) addTo(callers, rule.target, rule);
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (const rule of rules) {
      if (rule.possible.length === 1) continue;
      const led = rule.target === null ? undefined : inside.get(rule.target);
      const from = isBuiltIn(rule.chain) ? undefined : callers.get(rule.chain);
      const before = rule.possible;
      for (const others of [led, from]) {
        if (others !== undefined) rule.possible = narrowed(rule.possible, union(others));
      }
      changed ||= rule.possible.length < before.length;
    }
    if (!changed) changed = decideChain(rules, inside);
  }
}

/** What is still open of a chain goes with its nearest neighbour in it, else to the likeliest table. */
function decideChain(rules: readonly Loose[], inside: ReadonlyMap<string, readonly Loose[]>): boolean {
  const first = rules.find(({ possible }) => possible.length > 1);
  if (first === undefined) return false;
  const own = inside.get(first.chain) ?? [];
  const known = own.filter(({ possible }) => possible.length === 1);
  for (const open of own.filter(({ possible }) => possible.length > 1)) {
    let near: Loose | null = null;
    for (const other of known) {
      if (intersection(open.possible, other.possible).length === 0) continue;
      if (near === null || Math.abs(other.line - open.line) < Math.abs(near.line - open.line)) near = other;
    }
    const likely = LIKELY.filter((table) => open.possible.includes(table));
    open.possible = near?.possible ?? likely.slice(0, 1);
  }
  return true;
}

const LIKELY: readonly TableName[] = ['filter', 'nat', 'mangle', 'raw', 'security'];

function addTo<K>(lists: Map<K, Loose[]>, key: K, rule: Loose): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [rule]);
  else list.push(rule);
}

function union(rules: readonly Loose[]): readonly TableName[] {
  return ALL_TABLES.filter((table) => rules.some(({ possible }) => possible.includes(table)));
}

/** A block of one table's rules; chains are declared in each table that has rules of theirs. */
function blockOf(
  block: Block,
  table: TableName,
  own: readonly Loose[],
  all: readonly Loose[],
  known: KnownChains,
): Block {
  const { lines } = block.context;
  const chains = new ChainTable(lines);
  const add = (number: number): number =>
    chains.addText(block.chains.names.text(number), block.chains.names.startOf(number));
  for (let number = 0; number < block.chains.size; number++) {
    const declared = block.chains.declaredOn(number);
    const name = block.chains.names.text(number);
    const elsewhere =
      all.some((rule) => rule.number === number) && !own.some((rule) => rule.number === number);
    if (declared === null || elsewhere || !tablesOfChain(name, known).includes(table)) continue;
    chains.declare(add(number), declared, block.chains.declarationOf(number));
  }
  for (const rule of own) {
    const { position, line } = block.chains.entryOf(rule.number, rule.rule);
    chains.append(add(rule.number), position, line);
  }
  return {
    ...block,
    table,
    chains,
    context: { ...block.context, names: chains.names },
    line: own[0]?.line ?? block.line,
  };
}
