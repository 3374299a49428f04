import type { NftRule, NftTable } from '../../../nftables/ruleset.ts';
import { isChooser } from '../../../proxy/nft-names.ts';
import { NFT_OBJECTS } from '../../../proxy/nft-roles.ts';
import { rulesOf } from './choices.ts';
import { marks } from './marks.ts';

/**
 * The rules that mark what goes to cluster IPs for masquerading: since 1.36 in `services`, before in the chain of each Service.
 * @param most chains of Services that are looked at
 */
export function* clusterIpMarks(table: NftTable, most: number): Generator<NftRule> {
  const entry = table.chains.get(NFT_OBJECTS.services);
  const found = entry === undefined ? [] : [...rulesOf(entry)].filter(marks);
  if (found.length > 0) {
    yield* found;
    return;
  }
  let looked = 0;
  for (const chain of table.chains.values()) {
    if (chain.rules.length === 0 || !isChooser(chain.name)) continue;
    looked += 1;
    if (looked > most) return;
    const first = chain.rules.at(0);
    if (marks(first) && first.statements.some(asksForDestination)) yield first;
  }
}

function asksForDestination(statement: NftRule['statements'][number]): boolean {
  return statement.kind === 'match' && statement.left.kind === 'payload' && statement.left.field === 'daddr';
}

/** @returns the statement that keeps pods from being masqueraded: `ip saddr != …` or `iifname != …`. */
export function exceptionOf({
  statements,
}: NftRule): Extract<NftRule['statements'][number], { kind: 'match' }> | null {
  for (const statement of statements) {
    if (statement.kind !== 'match' || statement.operator !== '!=') continue;
    const { left } = statement;
    if (left.kind === 'payload' && left.field === 'saddr') return statement;
    if (left.kind === 'meta' && left.key.startsWith('iif')) return statement;
  }
  return null;
}
