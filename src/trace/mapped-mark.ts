import type { EffectOf } from '../rules/effect.ts';
import { test } from '../rules/test.ts';
import { applyChange, xset } from './apply-change.ts';
import { type Branch, changed } from './branch.ts';
import { type Asker, decide } from './decide.ts';
import { markInSet } from './fields/ipset.ts';
import type { QuotedRule } from './reason.ts';

/**
 * `SET --map-mark`: where the set has the packet, its element's mark is written under its element's mask (set_target_v3,
 * net/netfilter/xt_set.c). Sets are changed before that.
 * @returns the ways of the packet: several where it is not known whether the set has it.
 */
export function withMappedMark(
  branch: Branch,
  rule: QuotedRule,
  effect: EffectOf<'change-sets'>,
  asker: Asker,
): Branch[] {
  const after = applyChange(branch, effect);
  const { maps } = effect;
  if (maps?.mark !== true) return [after];
  const { set, directions } = maps;
  const asked = { set, directions, returnNomatch: false, counters: false };
  const { matched, missed } = decide(after, rule, [test('ipset', asked)], asker);
  const written = matched.map((one) => {
    const found = markInSet(asked, one.state, asker.host);
    return changed(one, { mark: found && xset(one.state.mark, found.value, found.mask) });
  });
  return [...written, ...missed];
}
