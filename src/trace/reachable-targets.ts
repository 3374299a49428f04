import type { Chain, HookName, TableName } from '../iptables/ruleset.ts';
import type { Target } from '../iptables/target.ts';
import { baseChain, type World } from './world.ts';

/** @returns the targets of every rule that a packet can come to in a table at a hook, whatever the rules ask of it; each chain once. */
export function* reachableTargets(world: World, table: TableName, hook: HookName): Generator<Target> {
  for (const ruleset of world.rulesets) {
    const start = baseChain(world, ruleset, table, hook);
    if (start === null) continue;
    const chains = ruleset.tables.get(table)?.chains;
    const known = new Set<Chain>([start]);
    for (const chain of known) {
      for (let i = 0; i < chain.rules.length; i++) {
        const { target } = chain.rules.at(i);
        if (target === null) continue;
        yield target;
        const next = target.kind === 'jump' || target.kind === 'goto' ? chains?.get(target.chain) : undefined;
        if (next !== undefined) known.add(next);
      }
    }
  }
}
