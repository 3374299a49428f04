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
  const { names } = own.chains;
  for (let chain = 0; chain < names.size; chain++) {
    const twin = names.numberIn(other.chains.names, chain);
    if (twin === UNKNOWN || !isAlike(own, chain, other, twin, knows)) yield names.text(chain);
  }
}

function* chainsWithout({ names }: ChainTable, others: ChainTable): Generator<string> {
  for (let chain = 0; chain < names.size; chain++)
    if (names.numberIn(others.names, chain) === UNKNOWN) yield names.text(chain);
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
    const start = skipPlainCounters(own.bytes, own.chains.placeOf(chain, rule).start);
    const at = skipPlainCounters(other.bytes, other.chains.placeOf(twin, rule).start);
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
