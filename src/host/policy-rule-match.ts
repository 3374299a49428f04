import { type Prefix, prefixContains } from '../net/prefix.ts';
import { hasPorts } from '../net/protocol.ts';
import { type Range, rangeContains } from '../net/range.ts';
import type { Host, Link, PolicyRule } from './facts.ts';
import type { RouteQuery } from './route-query.ts';
import type { RoutedField } from './unknown-fact.ts';

/** Whether a policy rule takes a packet; `unknown` names the property it depends on. */
export type RuleMatch = 'yes' | 'no' | { readonly unknown: RoutedField };

/** `fib_rule_match` and `fib4_rule_match` / `fib6_rule_match` (net/core/fib_rules.c, net/ipv4/fib_rules.c, net/ipv6/fib6_rules.c). */
export function matchPolicyRule(host: Host, rule: PolicyRule, query: RouteQuery): RuleMatch {
  const all = combine([
    matchIn(host, rule, query),
    rule.outInterface === null || rule.outInterface === query.outInterface ? 'yes' : 'no',
    matchMark(rule, query),
    matchSource(rule, query),
    rule.destination === null || prefixContains(rule.destination, query.destination) ? 'yes' : 'no',
    matchUid(rule, query),
    matchTos(rule, query),
    matchProtocol(rule, query),
    matchPort(rule.sourcePorts, query.sourcePort, query, 'source-port'),
    matchPort(rule.destinationPorts, query.destinationPort, query, 'destination-port'),
    ...rule.unmodelled.map((word) => matchUnmodelled(host, word, query)),
  ]);
  if (!rule.not || typeof all !== 'string') return all;
  return all === 'yes' ? 'no' : 'yes';
}

function combine(parts: readonly RuleMatch[]): RuleMatch {
  if (parts.includes('no')) return 'no';
  return parts.find((part) => part !== 'yes') ?? 'yes';
}

function matchIn(host: Host, rule: PolicyRule, query: RouteQuery): RuleMatch {
  if (rule.inInterface === null) return 'yes';
  if (query.inInterface !== null) return rule.inInterface === query.inInterface ? 'yes' : 'no';
  // From outside: never the loopback device, and never one that the node does not have.
  if (rule.inInterface === 'lo') return 'no';
  if (host.links !== null && !host.links.some((link) => link.name === rule.inInterface)) return 'no';
  return { unknown: { field: 'in-interface' } };
}

function matchMark(rule: PolicyRule, query: RouteQuery): RuleMatch {
  if (rule.mark === null || rule.mask === 0) return 'yes';
  if (query.mark === null) return { unknown: { field: 'mark' } };
  return ((rule.mark ^ query.mark) & rule.mask) === 0 ? 'yes' : 'no';
}

function matchSource(rule: PolicyRule, query: RouteQuery): RuleMatch {
  const prefix: Prefix | null = rule.source;
  if (prefix === null || prefix.mask === 0n) return 'yes';
  if (query.source === null) return { unknown: { field: 'source' } };
  if (query.family === 'ipv6' && query.source.value === 0n) return 'no';
  return prefixContains(prefix, query.source) ? 'yes' : 'no';
}

function matchUid(rule: PolicyRule, query: RouteQuery): RuleMatch {
  if (rule.uids === null) return 'yes';
  const uid = query.inInterface === 'lo' ? query.uid : 0;
  if (uid === null) return { unknown: { field: 'uid' } };
  return rangeContains(rule.uids, uid) ? 'yes' : 'no';
}

function matchTos(rule: PolicyRule, query: RouteQuery): RuleMatch {
  if (rule.tos === null || rule.tos === 0) return 'yes';
  if (query.tos === undefined) return { unknown: { field: 'tos' } };
  return (query.tos & 0xfc) === (rule.tos & 0xfc) ? 'yes' : 'no';
}

function matchProtocol(rule: PolicyRule, query: RouteQuery): RuleMatch {
  if (rule.protocol === null) return 'yes';
  if (query.protocol === null) return { unknown: { field: 'protocol' } };
  return rule.protocol === query.protocol ? 'yes' : 'no';
}

function matchPort(
  range: Range | null,
  port: number | null,
  query: RouteQuery,
  field: 'source-port' | 'destination-port',
): RuleMatch {
  if (range === null) return 'yes';
  if (query.protocol !== null && !hasPorts(query.protocol)) return 'no';
  if (port === null) return { unknown: { field } };
  return rangeContains(range, port) ? 'yes' : 'no';
}

/**
 * Conditions that are not modelled. An l3mdev rule takes only packets of a VRF: a device without a master that is no
 * VRF itself is in none (`l3mdev_fib_rule_match`).
 */
function matchUnmodelled(host: Host, word: string, query: RouteQuery): RuleMatch {
  if (word === 'suppress_ifgroup') return 'yes';
  if (word === 'l3mdev' && host.links !== null) {
    const names = [query.inInterface, query.outInterface].filter((name) => name !== null);
    const known = query.inInterface !== null && names.every((name) => inNoVrf(host.links ?? [], name));
    if (known) return 'no';
  }
  return { unknown: { field: 'unmodelled', word } };
}

function inNoVrf(links: readonly Link[], name: string): boolean {
  const link = links.find((candidate) => candidate.name === name);
  if (link === undefined || link.kind === 'vrf') return false;
  if (link.master === null) return link.kind !== null || !links.some((other) => other.master === name);
  const master = links.find((candidate) => candidate.name === link.master);
  return master !== undefined && master.kind !== null && master.kind !== 'vrf';
}
