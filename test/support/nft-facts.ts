import type { NftFacts } from '../../src/host/facts.ts';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import { summaryOf } from '../../src/nftables/summary.ts';
import { ProblemList } from '../../src/problems/problem.ts';

/** @returns what `nft list ruleset` tells of base chains, as the program reads it. */
export function nftFacts(text: string, problems = new ProblemList()): NftFacts | null {
  const ruleset = parseNftables(Buffer.from(text), 'nft', problems);
  return ruleset === null ? null : summaryOf(ruleset);
}
