import type { NftTable } from '../../nftables/ruleset.ts';
import { unknown } from '../answer.ts';
import type { Branch } from '../branch.ts';
import { eitherWay } from '../choose.ts';
import type { Questions } from '../questions.ts';

/**
 * Splits a branch by whether the chains of a table are hooked: nf_tables_table_disable takes those of a dormant one away.
 * @param acts whether the chain does anything at all: else it does not matter
 * @returns the branch with whether the chain sees it
 */
export function awake(
  branch: Branch,
  { family, name, dormant }: NftTable,
  acts: boolean,
  questions: Questions,
): readonly { readonly branch: Branch; readonly held: boolean }[] {
  if (dormant !== null || !acts) return [{ branch, held: dormant === false }];
  const question = unknown({ code: 'nft-dormant', table: `${family} ${name}` });
  return eitherWay(branch, question, questions).map((way) => ({ branch: way.branch, held: !way.held }));
}
