import { parseNftables } from '../../src/nftables/parse-nft.js';
import { summaryOf } from '../../src/nftables/summary.js';
import { ProblemList } from '../../src/problems/problem.js';
/** @returns what `nft list ruleset` tells of base chains, as the program reads it. */
export function nftFacts(text, problems = new ProblemList()) {
    const ruleset = parseNftables(Buffer.from(text), 'nft', problems);
    return ruleset === null ? null : summaryOf(ruleset);
}
