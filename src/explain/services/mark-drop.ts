import type { Table } from '../../iptables/ruleset.ts';
import { CHAINS } from '../../proxy/chains.ts';
import { factsOf } from './rule-facts.ts';

/** A rule that marks a packet so that the filter table drops it. */
export interface MarkDrop {
  readonly comment: string | null;
  readonly file: string;
  readonly line: number;
}

/**
 * kube-proxy up to 1.24 refuses in nat by jumping to CHAINS.markDrop. The mark is set only where that chain holds its rule:
 * kube-proxy creates the chain empty, kubelet fills it.
 * @param table the nat table
 * @param chain an FW or XLB chain
 * @returns the first such jump of the chain, or null; null too where the mark is never set
 */
export function findMarkDrop(table: Table, chain: string): MarkDrop | null {
  // A jump to a chain that is not there: it was not captured, and kubelet fills it.
  if (table.chains.get(CHAINS.markDrop)?.rules.length === 0) return null;
  const rules = table.chains.get(chain)?.rules;
  for (let index = 0; rules !== undefined && index < rules.length; index++) {
    if (rules.targetName(index) !== CHAINS.markDrop) continue;
    const rule = rules.at(index);
    return { comment: factsOf(rule).comment, file: rule.file, line: rule.line };
  }
  return null;
}
