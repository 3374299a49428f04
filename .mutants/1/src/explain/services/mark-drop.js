import { CHAINS } from '../../proxy/chains.js';
import { factsOf } from './rule-facts.js';
/**
 * kube-proxy up to 1.24 refuses in nat by jumping to CHAINS.markDrop. The mark is set only where that chain holds its rule:
 * kube-proxy creates the chain empty, kubelet fills it.
 * @param table the nat table
 * @param chain an FW or XLB chain
 * @returns the first such jump of the chain, or null; null too where the mark is never set
 */
export function findMarkDrop(table, chain) {
    if ((table.chains.get(CHAINS.markDrop)?.rules.length ?? 0) === 0)
        return null;
    const rules = table.chains.get(chain)?.rules;
    for (let index = 0; rules !== undefined && index < rules.length; index++) {
        if (rules.targetName(index) !== CHAINS.markDrop)
            continue;
        const rule = rules.at(index);
        return { comment: factsOf(rule).comment, file: rule.file, line: rule.line };
    }
    return null;
}
