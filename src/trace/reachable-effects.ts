import { type HookName, rulesOnce, type TableName } from '../iptables/ruleset.ts';
import type { Effect } from '../rules/effect.ts';
import { lowered } from '../rules/lowered-rule.ts';
import { baseChain, type World } from './world.ts';

/**
 * @param isAsked by the target behind `-j`: rules with another are passed over, and of 400,000 most are not parsed
 * @returns what rules do besides leading to another chain that a packet can come to in a table at a hook, whatever they ask of it; each
 *   chain once
 */
export function* reachableEffects(
  world: World,
  table: TableName,
  hook: HookName,
  isAsked: (target: string) => boolean = () => true,
): Generator<Effect> {
  for (const ruleset of world.rulesets) {
    const start = baseChain(world, ruleset, table, hook);
    const chains = ruleset.tables.get(table)?.chains;
    if (start === null || chains === undefined) continue;
    const reached = new Set([start.name]);
    for (const name of reached) {
      const rules = rulesOnce(chains, name);
      for (let i = 0; rules !== undefined && i < rules.length; i++) {
        const target = rules.targetName(i);
        if (target !== null && chains.has(target)) reached.add(target);
        else if (target === null || isAsked(target)) {
          const { effect } = lowered(rules.at(i));
          if (effect !== null) yield effect;
        }
      }
    }
  }
}
