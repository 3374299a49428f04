import type { Family } from '../../net/address.ts';
import type { ProblemList } from '../../problems/problem.ts';
import { type KnownChains, NO_CHAINS } from '../known-chains.ts';
import type { TableName } from '../ruleset.ts';
import { intersection } from '../table-evidence.ts';
import type { Block } from './block.ts';
import { familyOfBlock } from './infer-family.ts';
import { likelyTables, possibleTables } from './infer-table.ts';

/** Chains that belong to one table of one family. */
export interface Listing {
  readonly family: Family;
  readonly table: TableName;
  readonly blocks: readonly Block[];
}

interface Group {
  readonly blocks: Block[];
  readonly names: Set<string>;
  possible: readonly TableName[];
  family: Family | null;
}

/**
 * Finds out which table and family each chain belongs to: a listing prints neither. A new table starts where a chain's
 * name comes again, where a chain cannot be of the table so far, and below a command line.
 * @param hints what is known from elsewhere; a table that the chains contradict is not used.
 */
export function assignTables(
  blocks: readonly Block[],
  hints: { readonly family?: Family; readonly table?: TableName; readonly chains?: KnownChains },
  file: string,
  problems: ProblemList,
): Listing[] {
  const known = hints.chains ?? NO_CHAINS;
  const listings: Listing[] = [];
  const taken = new Set<string>();
  for (const group of groupBlocks(blocks, hints.family ?? null, known)) {
    const [first] = group.blocks;
    if (first === undefined) continue;
    const command = first.command;
    const family = hints.family ?? command?.family ?? group.family ?? 'ipv4';
    if (hints.family === undefined && command === null && group.family === null)
      problems.add('family-assumed', { chain: first.chain }, file, first.line);
    const free = (table: TableName): boolean =>
      !group.blocks.some((block) => taken.has(`${family} ${table} ${block.chain}`));
    const table = command?.table ?? chooseTable(group, hints.table, free, known);
    if (command === null && table !== hints.table) {
      const last = group.blocks.at(-1)?.chain ?? first.chain;
      problems.add('table-assumed', { how: 'listed', table, first: first.chain, last }, file, first.line);
    }
    for (const block of group.blocks) taken.add(`${family} ${table} ${block.chain}`);
    listings.push({ family, table, blocks: group.blocks });
  }
  return listings;
}

function chooseTable(
  group: Group,
  hint: TableName | undefined,
  free: (table: TableName) => boolean,
  known: KnownChains,
): TableName {
  if (hint !== undefined && group.possible.includes(hint)) return hint;
  const likely = likelyTables(group.blocks, group.possible, known);
  // Tables with INPUT and FORWARD alone are filter, twice: mangle lists PREROUTING first.
  if (likely[0] === 'filter' && [...group.names].some((name) => name === 'INPUT' || name === 'FORWARD'))
    return 'filter';
  return likely.find(free) ?? likely[0] ?? 'filter';
}

function groupBlocks(blocks: readonly Block[], given: Family | null, known: KnownChains): Group[] {
  const groups: Group[] = [];
  let group: Group | null = null;
  for (const block of blocks) {
    const possible = possibleTables(block, known);
    const family = given ?? familyOfBlock(block);
    const common: readonly TableName[] = group === null ? possible : intersection(group.possible, possible);
    const other: boolean = family !== null && group?.family != null && group.family !== family;
    if (
      group === null ||
      block.command !== null ||
      group.names.has(block.chain) ||
      common.length === 0 ||
      other
    ) {
      group = { blocks: [block], names: new Set([block.chain]), possible, family };
      groups.push(group);
    } else {
      group.blocks.push(block);
      group.names.add(block.chain);
      group.possible = common;
      group.family ??= family;
    }
  }
  return groups;
}
