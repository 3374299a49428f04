import type { Effect, EffectOf } from '../rules/effect.ts';
import { test } from '../rules/test.ts';
import { applyChange } from './apply-change.ts';
import { type Branch, changed, type Ending } from './branch.ts';
import { type Asker, decide } from './decide.ts';
import { markInSet } from './fields/ipset.ts';
import { senderOf } from './packet.ts';
import { markBitsOf, NO_BITS, withMark, xsetBits } from './packet-mark.ts';
import { translated } from './prefix-translation.ts';
import type { QuotedRule } from './reason.ts';

/**
 * What a change makes of a packet where that may be several things, or its end.
 * @returns null for a change that always makes one thing of it
 */
export function waysOfChange(
  branch: Branch,
  rule: QuotedRule,
  effect: Effect | null,
  asker: Asker,
): { readonly on: readonly Branch[]; readonly ended: readonly Ending[] } | null {
  switch (effect?.kind) {
    case 'change-sets':
      return effect.maps?.mark === true
        ? { on: withMappedMark(branch, rule, effect, effect.maps, asker), ended: [] }
        : null;
    case 'npt':
      return withPrefix(branch, effect);
    default:
      return null;
  }
}

/** The connection does not hear of it. Of a sender who is not known nothing is known afterwards. */
function withPrefix(branch: Branch, effect: EffectOf<'npt'>): ReturnType<typeof waysOfChange> {
  const { destination, source } = branch.state;
  const old = effect.side === 'source' ? source.address : destination;
  if (old === null)
    return {
      on: [changed(branch, { source: { address: null, within: [], outside: [], local: null } })],
      ended: [],
    };
  const made = translated(old, effect);
  if (made === null)
    return {
      on: [],
      ended: [{ branch, verdict: 'reject', reason: null, rejectWith: 'icmp6-param-problem', exit: null }],
    };
  const change =
    effect.side === 'source' ? { source: senderOf(made) } : { destination: made, destinationLocal: null };
  return { on: [changed(branch, change)], ended: [] };
}

/**
 * `SET --map-mark`: where the set has the packet, its element's mark is written under its element's mask (set_target_v3,
 * net/netfilter/xt_set.c). Sets are changed before that.
 * @returns the ways of the packet: several where it is not known whether the set has it.
 */
function withMappedMark(
  branch: Branch,
  rule: QuotedRule,
  effect: EffectOf<'change-sets'>,
  { set, directions }: NonNullable<EffectOf<'change-sets'>['maps']>,
  asker: Asker,
): Branch[] {
  const after = applyChange(branch, effect);
  const asked = { set, directions, returnNomatch: false, counters: false };
  const { matched, missed } = decide(after, rule, [test('ipset', asked)], asker);
  const written = matched.map((one) => {
    const found = markInSet(asked, one.state, asker.host);
    const bits = found === null ? NO_BITS : xsetBits(markBitsOf(one.state), found.value, found.mask);
    return { ...one, state: withMark(one.state, bits) };
  });
  return [...written, ...missed];
}
