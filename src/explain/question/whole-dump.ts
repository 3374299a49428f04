import type { Ruleset } from '../../iptables/ruleset.ts';
import { CHAINS } from '../../proxy/chains.ts';

/**
 * `iptables-save` without `-t` prints every table that there is (/proc/net/ip_tables_names; iptables/iptables-save.c, 1.8.9), and
 * with it one. So a dump of several is whole, and one that lies where whole dumps lie, unless kube-proxy's own chains say otherwise.
 * @param rulesets all rules of the node
 * @returns true where a table that this dump does not hold does not exist, or would hold nothing
 */
export function printsAllTables(ruleset: Ruleset, rulesets: readonly Ruleset[]): boolean {
  if (ruleset.form !== 'save' || ruleset.cut !== undefined) return false;
  if (ruleset.tables.size > 1) return true;
  return ruleset.allTables === true && !lacksNat(ruleset, rulesets) && !lacksFilter(ruleset, rulesets);
}

/** @returns true for `iptables-save -t filter` of a node with kube-proxy, which has a table nat, too: what that does is not known. */
export function lacksNat({ tables, cut, family }: Ruleset, rulesets: readonly Ruleset[]): boolean {
  if (cut !== undefined || rulesets.some((other) => other.family === family && other.tables.has('nat')))
    return false;
  const filter = tables.get('filter')?.chains;
  return (
    filter !== undefined &&
    [CHAINS.services, CHAINS.forward, CHAINS.externalServices].some((name) => filter.has(name))
  );
}

/** kube-proxy writes chains of both tables in one step, in the iptables and in the IPVS mode. */
function lacksFilter({ tables, family }: Ruleset, rulesets: readonly Ruleset[]): boolean {
  if (tables.get('nat')?.chains.has(CHAINS.services) !== true) return false;
  return rulesets.every((other) => other.family !== family || !other.tables.has('filter'));
}
