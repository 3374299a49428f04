import type { Rule, Ruleset } from '../iptables/ruleset.ts';
import type { Family } from '../net/address.ts';
import { lowered } from '../rules/lowered-rule.ts';
import { traitsOf, traitsOfEffect } from '../rules/traits.ts';
import { nftAsksForTracking } from './nft/tracking.ts';
import type { World } from './world.ts';

/**
 * Whether the kernel tracks connections at all. It starts to with the first rule of the namespace that needs it
 * (`nf_ct_netns_get`, since 4.10: xt_conntrack, xt_nat and others call it when they are loaded); before that no packet
 * has a connection and the nat chains are passed by (`nf_nat_inet_fn`).
 * @returns null where the dumps hold no such rule, but a native nft rule or something else may need it.
 */
export function tracksConnections(world: World, family: Family): boolean | null {
  const saved = world.rulesets.some(({ backend }) => backend === 'iptables-nft');
  const asks = world.rulesets.some(asksForTracking) || nftAsksForTracking(world.nft ?? null, family, saved);
  // Entries stay listed for a while when the last rule that asked for them is gone, and nothing is done with them.
  if (!asks && holdsAllRules(world)) return false;
  if ((world.flows?.count ?? 0) > 0 || asks) return true;
  if (world.nft !== null && world.nft !== undefined)
    return world.nft.cutAt === null && world.nft.part !== true ? false : null;
  const { nft } = world.host;
  return nft?.nativeChains.every(({ rules }) => rules === 0) === true ? false : null;
}

/** nft lists all but the rules of x_tables. */
function holdsAllRules({ nft, rulesets }: World): boolean {
  return (
    nft?.cutAt === null && nft.part !== true && rulesets.some(({ backend }) => backend === 'iptables-legacy')
  );
}

const KNOWN = new WeakMap<Ruleset, boolean>();

/** Looks through rules only until one is found, which is soon: every kube-proxy and CNI has them in its filter table. */
function asksForTracking(ruleset: Ruleset): boolean {
  const known = KNOWN.get(ruleset);
  if (known !== undefined) return known;
  const asks = hasRuleThatAsks(ruleset);
  KNOWN.set(ruleset, asks);
  return asks;
}

/** The filter table is the smallest that has such rules. */
function hasRuleThatAsks({ tables }: Ruleset): boolean {
  for (const table of [tables.get('filter'), ...tables.values()]) {
    for (const { rules } of table?.chains.values() ?? []) {
      for (let index = 0; index < rules.length; index++) if (needsTracking(rules.at(index))) return true;
    }
  }
  return false;
}

function needsTracking(rule: Rule): boolean {
  const { tests, effect } = lowered(rule);
  if (effect !== null && traitsOfEffect(effect).needsConntrack) return true;
  return tests.some((test) => traitsOf(test).needsConntrack);
}
