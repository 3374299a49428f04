import type { Family } from '../net/address.ts';
import type { Ruleset } from './ruleset.ts';

/** Where rules stand: two rulesets of one node differ in one of these. */
export type RulesetPlace = Pick<Ruleset, 'family' | 'backend'>;

/** @returns the program that speaks of a family's rules, whichever backend it was linked to. */
export function programOf(family: Family): 'iptables' | 'ip6tables' {
  return family === 'ipv4' ? 'iptables' : 'ip6tables';
}

/**
 * @param captured all rules of the node: with rules in both backends, nothing tells which of them plain `iptables` means
 * @returns the program that lists and changes the rules of this family and backend: `iptables`, `ip6tables-legacy`, and
 *   `iptables-nft` only where the node has legacy rules too. Its `-save` is called the same with `-save` behind it.
 */
export function toolOf({ family, backend }: RulesetPlace, captured: readonly RulesetPlace[]): string {
  const program = programOf(family);
  if (backend === 'iptables-legacy') return `${program}-legacy`;
  return captured.some((other) => other.backend === 'iptables-legacy') ? `${program}-nft` : program;
}
