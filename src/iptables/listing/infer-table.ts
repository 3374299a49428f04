import type { TableName } from '../ruleset.ts';
import { ALL_TABLES, isBuiltIn, narrowed, tablesOfChain, tablesOfTarget } from '../table-evidence.ts';
import type { Block } from './block.ts';

/** @returns the tables that a chain can belong to by its name and its targets; all of them where nothing tells. */
export function possibleTables(block: Block): readonly TableName[] {
  let possible = narrowed(ALL_TABLES, tablesOfChain(block.chain));
  const seen = new Set<string>();
  for (const { columns } of block.rows) {
    const target = columns?.target ?? null;
    if (target === null || seen.has(target)) continue;
    seen.add(target);
    possible = narrowed(possible, tablesOfTarget(target));
  }
  return possible;
}

/**
 * Orders the tables that chains listed together can belong to, likeliest first.
 * @param blocks chains of one listing.
 * @param possible the tables none of them contradicts.
 */
export function likelyTables(blocks: readonly Block[], possible: readonly TableName[]): readonly TableName[] {
  const names = new Set(blocks.map((block) => block.chain));
  const portal = blocks.flatMap((block) => block.rows).find((row) => row.columns?.target === 'KUBE-SERVICES');
  const order: TableName[] = [];
  // kube-proxy jumps to its chain of nat for every packet, to that of filter for new connections only.
  if (portal !== undefined) order.push(/\bctstate NEW\b/.test(portal.text) ? 'filter' : 'nat');
  if (names.has('PREROUTING') && names.has('OUTPUT') && !names.has('POSTROUTING')) order.push('raw');
  const natLike = names.has('PREROUTING') || names.has('POSTROUTING');
  const kube = ![...names].some(isBuiltIn) && [...names].some((name) => name.startsWith('KUBE-'));
  order.push(
    ...(natLike || kube ? (['nat', 'mangle'] as const) : []),
    'filter',
    'nat',
    'mangle',
    'raw',
    'security',
  );
  return [...new Set(order)].filter((table) => possible.includes(table));
}
