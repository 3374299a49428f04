import { lowered } from '../rules/lowered-rule.js';
import { baseChain } from './world.js';
/** @returns what every rule does that a packet can come to in a table at a hook, whatever the rules ask of it; each chain once. */
export function* reachableEffects(world, table, hook) {
    for (const ruleset of world.rulesets) {
        const start = baseChain(world, ruleset, table, hook);
        if (start === null)
            continue;
        const chains = ruleset.tables.get(table)?.chains;
        const known = new Set([start]);
        for (const chain of known) {
            for (let i = 0; i < chain.rules.length; i++) {
                const { effect } = lowered(chain.rules.at(i));
                if (effect === null)
                    continue;
                yield effect;
                const next = effect.kind === 'jump' || effect.kind === 'goto' ? chains?.get(effect.chain) : undefined;
                if (next !== undefined)
                    known.add(next);
            }
        }
    }
}
