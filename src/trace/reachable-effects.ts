import { chainOnce, type HookName, type TableName } from '../iptables/ruleset.ts';
import type { Effect } from '../rules/effect.ts';
import { lowered } from '../rules/lowered-rule.ts';
import { baseChain, type World } from './world.ts';

/**
 * @param isAsked by the target behind `-j`: rules with another, and those that lead to a chain, are passed over, and of 400,000 most are
 *   not parsed. Null: every rule is read
 * @returns what rules do that a packet can come to in a table at a hook, whatever they ask of it; each chain once
 */
export function* reachableEffects(
  world: World,
  table: TableName,
  hook: HookName,
  isAsked: ((target: string) => boolean) | null = null,
): Generator<Effect> {
  for (const ruleset of world.rulesets) {
    const start = baseChain(world, ruleset, table, hook);
    const chains = ruleset.tables.get(table)?.chains;
    if (start === null || chains === undefined) continue;
    const reached = new Set([start.name]);
    for (const name of reached) {
      const rules = chainOnce(chains, name)?.rules;
      for (let i = 0; rules !== undefined && i < rules.length; i++) {
        const target = rules.targetName(i);
        const leadsOn = target !== null && chains.has(target);
        if (leadsOn) reached.add(target);
        if (isAsked !== null && target !== null && (leadsOn || !isAsked(target))) continue;
        const { effect } = lowered(rules.at(i));
        if (effect !== null) yield effect;
      }
    }
  }
}
