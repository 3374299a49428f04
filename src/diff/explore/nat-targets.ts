import type { Target } from '../../iptables/target.ts';
import type { Range } from '../../net/range.ts';
import type { Branch } from '../../trace/branch.ts';
import { iptablesRule } from '../../trace/outcome.ts';
import { textOf } from '../rules/rule-key.ts';

/** Targets that may keep a port or choose one. */
export const REWRITES: ReadonlySet<Target['kind']> = new Set([
  'dnat',
  'snat',
  'masquerade',
  'redirect',
] as const);

/** @returns the ports that a NAT target names. */
export function portsWritten(target: Target | null): Range | null {
  switch (target?.kind) {
    case 'dnat':
    case 'snat':
      return target.to?.ports ?? null;
    case 'redirect':
    case 'masquerade':
      return target.ports;
    default:
      return null;
  }
}

/** @returns each SNAT to one of several addresses that the way passed, as a text. */
export function spreadSources({ path }: Branch): string[] {
  const texts: string[] = [];
  for (let node = path; node !== null; node = node.before) {
    const target = iptablesRule(node.step)?.target;
    if (
      target?.kind === 'snat' &&
      target.to !== null &&
      target.to.to !== null &&
      target.to.to !== target.to.from
    )
      texts.push(textOf({ ...target, text: '' }));
  }
  return texts;
}
