import type { NftChain, NftTable } from '../../nftables/ruleset.ts';

/**
 * @returns the base chains of a table, the one hooked last first.
 * A chain is hooked as it is made, and listed behind those made before it (nf_tables_addchain): of two at one priority the
 * one listed later is asked first.
 */
export function hookedLast({ chains }: NftTable): NftChain[] {
  return chains.hooked().toReversed();
}
