import type { Range } from '../../net/range.ts';
import type { Effect } from '../../rules/effect.ts';
import { lowered } from '../../rules/lowered-rule.ts';
import type { Branch } from '../../trace/branch.ts';
import { iptablesRule } from '../../trace/outcome.ts';
import { textOf } from '../rules/rule-key.ts';

/** @returns true for a rewrite that may keep a port or choose one. */
export function mayChoosePort({ kind }: Effect): boolean {
  return kind === 'dnat' || kind === 'snat' || kind === 'masquerade' || kind === 'redirect';
}

/** @returns the ports that a NAT target names. */
export function portsWritten(effect: Effect | null): Range | null {
  switch (effect?.kind) {
    case 'dnat':
    case 'snat':
      return effect.to?.ports ?? null;
    case 'redirect':
    case 'masquerade':
      return effect.ports;
    default:
      return null;
  }
}

/** @returns each SNAT to one of several addresses that the way passed, as a text. */
export function spreadSources({ path }: Branch): string[] {
  const texts: string[] = [];
  for (let node = path; node !== null; node = node.before) {
    const rule = iptablesRule(node.entry.step);
    const effect = rule === null ? null : lowered(rule).effect;
    if (
      effect?.kind === 'snat' &&
      effect.to !== null &&
      effect.to.to !== null &&
      effect.to.to !== effect.to.from
    )
      texts.push(textOf({ ...effect, text: '' }));
  }
  return texts;
}
