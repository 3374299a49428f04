import type { Chain, Ruleset } from '../iptables/ruleset.ts';
import type { Family } from '../net/address.ts';
import { isOfIptables } from '../nftables/iptables-chains.ts';
import type { Effect } from '../rules/effect.ts';
import { type LoweredRule, lowered } from '../rules/lowered-rule.ts';
import type { World } from './world.ts';

/** What lets a packet go on; `jump` and `goto` are followed. */
const HARMLESS: ReadonlySet<Effect['kind']> = new Set<Effect['kind']>([
  ...(['accept', 'return', 'jump', 'goto'] as const),
  ...(['set-mark', 'set-ct-mark', 'save-mark', 'restore-mark'] as const),
]);

const KNOWN = new WeakMap<World, boolean>();

/**
 * @param family of the world's packets
 * @returns false where no rule can lose, or send elsewhere, a packet of an ESTABLISHED connection in the request's direction: then
 *   none has to be followed. Most nodes have none, and a Service may have thousands of endpoints.
 */
export function mayStopEstablished(world: World, family: Family): boolean {
  let known = KNOWN.get(world);
  if (known === undefined) {
    known = looksOpen(world, family) || world.rulesets.some(stopsSome);
    KNOWN.set(world, known);
  }
  return known;
}

/**
 * Whether more than rules of iptables decides: native rules, routes by mark. IPVS sends on what is of its connections. Policy rules that were
 * not captured are those that a node starts with, as for the first packet, whose answer says so.
 */
function looksOpen({ nft, host }: World, family: Family): boolean {
  const native = [...(nft?.tables.values() ?? [])].some(({ chains }) =>
    chains.hooked().some((chain) => !isOfIptables(chain)),
  );
  return native || (host.policyRules[family] ?? []).some(({ mark }) => mark !== null);
}

/** nat asks the first packet alone. */
function stopsSome({ tables }: Ruleset): boolean {
  return [...tables.values()].some(({ name, chains, cut }) => {
    if (name === 'nat') return false;
    if (cut !== undefined) return true;
    const met = new Set<Chain>(BUILT_IN.flatMap((hook) => chains.get(hook) ?? []));
    for (const chain of met) {
      if (chain.policy === 'DROP' || chain.unseen === true || chain.cut !== undefined) return true;
      for (let index = 0; index < chain.rules.length; index++) {
        const rule = lowered(chain.rules.at(index));
        if (rule.effect === null || neverAsked(rule)) continue;
        if (!HARMLESS.has(rule.effect.kind)) return true;
        const next = 'chain' in rule.effect ? chains.get(rule.effect.chain) : undefined;
        if (next !== undefined) met.add(next);
      }
    }
    return false;
  });
}

const BUILT_IN = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'] as const;

/** Whether it is for packets in other states than ESTABLISHED. DNAT and SNAT are states beside that one (XT_CONNTRACK_STATE_DNAT). */
function neverAsked({ tests }: LoweredRule): boolean {
  return tests.some((test) => {
    if (test.field !== 'ct.state') return false;
    if (test.negated) return test.in.includes('ESTABLISHED');
    return !test.in.some((state) => state === 'ESTABLISHED' || state === 'DNAT' || state === 'SNAT');
  });
}
