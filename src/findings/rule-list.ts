import type { Rule, Ruleset, Table } from '../iptables/ruleset.ts';

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
