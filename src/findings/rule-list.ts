import { otherChains } from '../explain/services/other-chains.ts';
import type { Rule, Ruleset, Table, TableName } from '../iptables/ruleset.ts';
import { isKubeChain } from '../proxy/chains.ts';

/** @returns the rules of a chain, in order; none where the chain is not there. */
export function* rulesOf(table: Table | undefined, chain: string): Generator<Rule> {
  const rules = table?.chains.get(chain)?.rules;
  for (let index = 0; rules !== undefined && index < rules.length; index++) yield rules.at(index);
}

/** @returns the rules of a chain that jump or go to a chain or target; only those are parsed. */
export function* rulesTo(
  table: Table | undefined,
  chain: string,
  target: (name: string) => boolean,
): Generator<Rule> {
  const rules = table?.chains.get(chain)?.rules;
  for (let index = 0; rules !== undefined && index < rules.length; index++) {
    const name = rules.targetName(index);
    if (name !== null && target(name)) yield rules.at(index);
  }
}

/** @returns the dumps that hold whole tables: only in them a missing rule is missing on the node. */
export function wholeRulesets(rulesets: readonly Ruleset[]): Ruleset[] {
  return rulesets.filter(({ form }) => form === 'save');
}

/** A jump that kube-proxy writes into a chain of the kernel's. */
export interface Jump {
  readonly table: TableName;
  readonly from: string;
  readonly to: string;
}

/**
 * A chain without rules needs no jump; one to which some other chain leads may be hooked in a way of its own.
 * @returns true where nothing leads to the chain
 */
export function isUnhooked({ table, from, to }: Jump, { tables }: Ruleset): boolean {
  const found = tables.get(table);
  const chain = found?.chains.get(to);
  if (found === undefined || chain === undefined || chain.rules.length === 0) return false;
  // Of a chain that was not captured nobody knows where it leads.
  if (found.chains.get(from)?.policy == null) return false;
  for (const _ of rulesTo(found, from, (name) => name === to)) return false;
  for (const other of otherChains(found)) {
    if (other.policy !== null || other.name === to || isKubeChain(other.name)) continue;
    for (const _ of rulesTo(found, other.name, (name) => name === to)) return false;
  }
  return true;
}
