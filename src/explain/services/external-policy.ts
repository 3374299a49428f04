import type { Table } from '../../iptables/ruleset.ts';
import { chainName, hasRole } from '../../proxy/chains.ts';
import { factsOf } from './rule-facts.ts';

/**
 * Reads externalTrafficPolicy from the chain that takes traffic from outside.
 *
 * With `Cluster`, EXT (FW in 1.20) hands every packet to SVC. With `Local`, it does so only for pods and for the
 * node itself, and the rest goes to SVL, or on to a DROP in filter where the node has no endpoint (1.24 and later). 1.20
 * to 1.23 use XLB for `Local` alone.
 * @param table the nat table
 * @param suffix hash of the Service port
 * @returns null where no such chain is there, or it is empty
 */
export function externalPolicyOf(table: Table, suffix: string): 'Cluster' | 'Local' | null {
  if ((table.chains.get(chainName('XLB', suffix))?.rules.length ?? 0) > 0) return 'Local';
  const rules = table.chains.get(chainName('EXT', suffix))?.rules;
  let partly = false;
  for (let index = 0; rules !== undefined && index < rules.length; index++) {
    const target = rules.targetName(index);
    if (target === null) continue;
    if (hasRole(target, 'local')) return 'Local';
    if (!hasRole(target, 'service')) continue;
    if (!factsOf(rules.once(index)).conditional) return 'Cluster';
    partly = true;
  }
  return partly ? 'Local' : null;
}
