import { UNKNOWN } from '../../lookup/name-index.ts';
import type { ChainsBeside, KnowsRule } from '../ruleset.ts';
import type { ChainTable } from './chain-table.ts';
import { skipPlainCounters } from './peek.ts';

const NEWLINE = 10;

/** A table of a dump, and the bytes of the dump. */
export interface ScannedTable {
  readonly chains: ChainTable;
  readonly bytes: Buffer;
}

/** @returns what two tables have in common, told by their bytes: neither a chain is made nor a text. */
export function chainsBeside(own: ScannedTable, other: ScannedTable): ChainsBeside {
  return {
    unlike: (knows) => unlikeChains(own, other, knows),
    added: () => chainsWithout(other.chains, own.chains),
  };
}

function* unlikeChains(own: ScannedTable, other: ScannedTable, knows: KnowsRule): Generator<string> {
  for (const [chain, twin] of twins(own.chains, other.chains))
    if (twin === UNKNOWN || !isAlike(own, chain, other, twin, knows)) yield own.chains.names.text(chain);
}

function* chainsWithout(chains: ChainTable, others: ChainTable): Generator<string> {
  for (const [chain, twin] of twins(chains, others)) if (twin === UNKNOWN) yield chains.names.text(chain);
}

/** Each chain with the one of the same name in the other table, by their numbers. */
function* twins({ names }: ChainTable, others: ChainTable): Generator<[chain: number, twin: number]> {
  let likely = 0;
  for (let chain = 0; chain < names.size; chain++) {
    const twin = names.numberIn(others.names, chain, likely);
    if (twin !== UNKNOWN) likely = twin + 1;
    yield [chain, twin];
  }
}

function isAlike(
  own: ScannedTable,
  chain: number,
  other: ScannedTable,
  twin: number,
  knows: KnowsRule,
): boolean {
  const count = own.chains.ruleCount(chain);
  if (count !== other.chains.ruleCount(twin)) return false;
  if (own.chains.declarationOf(chain).policy !== other.chains.declarationOf(twin).policy) return false;
  for (let rule = 0; rule < count; rule++) {
    const start = skipPlainCounters(own.bytes, own.chains.startOf(chain, rule));
    const at = skipPlainCounters(other.bytes, other.chains.startOf(twin, rule));
    if (!isSameLine(own.bytes, start, other.bytes, at) || !knows(own.bytes, start)) return false;
  }
  return true;
}

function isSameLine(own: Buffer, start: number, other: Buffer, at: number): boolean {
  for (let index = 0; ; index++) {
    const byte = own[start + index];
    if (byte !== other[at + index]) return false;
    if (byte === NEWLINE || byte === undefined) return true;
  }
}
