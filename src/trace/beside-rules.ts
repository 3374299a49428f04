import type { Family } from '../net/address.ts';
import { prefixContains } from '../net/prefix.ts';
import type { Branch } from './branch.ts';
import { linkNamed, portsOf } from './bridge.ts';
import { assume, type TraceContext } from './context.ts';
import type { Assumption } from './reason.ts';
import type { World } from './world.ts';

/** @returns what is taken for granted of tables of iptables-legacy that the node is known to have, and that no dump holds. */
export function legacyAssumed(family: Family, { rulesets }: World): readonly Assumption[] {
  const own = rulesets.filter((ruleset) => ruleset.family === family);
  if (own.some(({ backend }) => backend === 'iptables-legacy')) return [];
  return own.flatMap(({ besideLegacy }) =>
    besideLegacy === undefined ? [] : [{ code: 'legacy-not-captured' as const, ...besideLegacy }],
  );
}

/** What decides about packets beside rules and routes, and is not followed: where a capture tells that it is there, it is named. */

/** A program of XDP sees a frame before the first hook, at the device or at the port of a bridge (netif_receive_generic_xdp). */
export function pastXdp({ state: { inInterface, inPort } }: Branch, context: TraceContext): void {
  const { host } = context.world;
  if (typeof inInterface !== 'string') return;
  const ports = portsOf(host, inInterface).filter(({ name }) => inPort === undefined || name === inPort);
  for (const link of [linkNamed(host, inInterface), ...ports])
    if (link?.xdp === true) assume(context, { code: 'xdp', device: link.name });
}

/**
 * Policies of IPsec take a packet that leaves, and refuse one that should have come wrapped (xfrm_lookup, __xfrm_policy_check). What
 * stays on lo meets none (disable_xfrm, disable_policy).
 */
export function pastIpsec({ state }: Branch, end: 'leaves' | 'arrives', context: TraceContext): void {
  const { destination, fromNode, inInterface } = state;
  if (inInterface === 'lo') return;
  const source = state.source.address;
  const asked = end === 'arrives' ? ['in'] : fromNode ? ['out'] : ['fwd', 'out'];
  for (const policy of context.world.host.ipsec ?? []) {
    if (!asked.includes(policy.direction) || !prefixContains(policy.destination, destination)) continue;
    if (source !== null && !prefixContains(policy.source, source)) continue;
    assume(context, { code: 'ipsec', direction: policy.direction });
  }
}
