import { chainOnce, type Table } from '../../iptables/ruleset.ts';
import type { Target } from '../../iptables/target.ts';
import { ADDRESS_BITS, type Family, formatAddress } from '../../net/address.ts';
import { maskOfLength } from '../../net/prefix.ts';
import { CHAINS } from '../../proxy/chains.ts';
import { factsOf } from './rule-facts.ts';

/** What a SEP chain says about its endpoint. */
export interface EndpointChain {
  /** Where its DNAT rule sends packets; null where no such rule is there or it cannot be read. */
  readonly target: { readonly address: string; readonly port: number | null } | null;
  /** The address in `-s` of the rule that masquerades an endpoint's traffic to itself: the endpoint's own address. */
  readonly hairpin: string | null;
  /** In lower case, from the DNAT rule. */
  readonly protocol: string | null;
  /** The chain is there and complete, and no rule in it translates: packets come back to the caller. */
  readonly passes: boolean;
}

const MISSING: EndpointChain = { target: null, hairpin: null, protocol: null, passes: false };

/** @returns what the chain says; a chain that the dump does not hold says nothing. */
export function readEndpointChain(table: Table, chain: string, family: Family): EndpointChain {
  const rules = chainOnce(table.chains, chain)?.rules;
  if (rules === undefined) return MISSING;
  for (let index = 0; index < rules.length; index++) {
    if (rules.targetName(index) !== 'DNAT') continue;
    const rule = rules.once(index);
    const target = translationOf(rule.target, family);
    // Only where it is needed: a large node has 100,000 rules of this kind.
    const hairpin = target === null ? hairpinOf(table, chain, family) : null;
    return { target, hairpin, protocol: factsOf(rule).protocol, passes: false };
  }
  return { target: null, hairpin: hairpinOf(table, chain, family), protocol: null, passes: true };
}

/** @returns where a DNAT target sends packets, or null where it keeps the address or an old tool printed it unreadably. */
export function translationOf(
  target: Target | null,
  family: Family,
): { readonly address: string; readonly port: number | null } | null {
  if (target?.kind !== 'dnat' || target.to?.from == null) return null;
  const { from, ports } = target.to;
  return {
    address: formatAddress({ family, value: from }),
    port: ports !== null && ports.from === ports.to ? ports.from : null,
  };
}

function hairpinOf(table: Table, chain: string, family: Family): string | null {
  const rules = chainOnce(table.chains, chain)?.rules;
  for (let index = 0; rules !== undefined && index < rules.length; index++) {
    if (rules.targetName(index) !== CHAINS.markMasquerade) continue;
    const { source } = factsOf(rules.once(index));
    if (source !== null && source.mask === maskOfLength(family, ADDRESS_BITS[family]))
      return formatAddress(source);
  }
  return null;
}
