import { sameAddress } from '../net/address.ts';
import type { Host, PolicyRule, Route } from './facts.ts';
import { matchPolicyRule } from './policy-rule-match.ts';
import { isProvenOwn } from './proven-own.ts';
import type { FoundRoute, RouteAnswer, RouteQuery, TableAnswer, UnknownRoute } from './route-query.ts';
import { defaultRules, type RouteTables, routeTables, tableNamed } from './route-tables.ts';
import { lookUp } from './table-lookup.ts';
import type { RoutedField, RouteUnknown } from './unknown-fact.ts';

export {
  type FoundRoute,
  type RouteAnswer,
  type RouteQuery,
  sentTo,
  type UnknownRoute,
} from './route-query.ts';

/**
 * Finds the route of a packet as the kernel does (net/ipv4/fib_frontend.c, fib_rules.c, route.c; net/ipv6/route.c).
 * Only routing itself: martian sources, `forwarding` and the like are asked elsewhere.
 * @returns the route, why there is none, or what keeps it from being known. Never throws.
 */
export function findRoute(host: Host, query: RouteQuery): RouteAnswer {
  if (query.destination.family !== query.family) {
    return unknown({ code: 'family' });
  }
  const fixed = query.family === 'ipv4' ? fixedIpv4(host, query) : null;
  if (fixed !== null) return fixed;
  const tables = routeTables(host, query.family);
  const rules = host.policyRules[query.family] ?? defaultRules(query.family);
  const answer = tables.customRules
    ? walkRules(host, query, tables, rules)
    : lookUpDefault(host, query, tables, rules);
  return query.family === 'ipv4' ? typedByAddress(query, answer) : answer;
}

/** Destinations that IPv4 settles before any table (`ip_route_input_slow`, `ip_route_output_key_hash_rcu`). */
function fixedIpv4(host: Host, query: RouteQuery): RouteAnswer | null {
  const { value } = query.destination;
  const local = query.inInterface === 'lo';
  if (value === 0n) {
    // A process that connects to 0.0.0.0 reaches its own node.
    if (local) return withoutRoute('local', 'lo');
    return query.source?.value === 0n ? withoutRoute('broadcast', query.inInterface) : { kind: 'no-route' };
  }
  if (local) return multicastOfSender(host, query);
  if (value === 0xffffffffn) return withoutRoute('broadcast', query.inInterface);
  if (value >> 28n === 0xen) return withoutRoute('multicast', query.inInterface);
  return null;
}

/** A multicast or broadcast of a process that is bound to an address leaves through the device of that address. */
function multicastOfSender(host: Host, query: RouteQuery): RouteAnswer | null {
  const { value } = query.destination;
  const { source } = query;
  if (source === null || source.value === 0n || query.outInterface !== null) return null;
  if (value !== 0xffffffffn && value >> 28n !== 0xen) return null;
  const link = host.links?.find((one) => one.addresses.some((entry) => sameAddress(entry.address, source)));
  return link === undefined
    ? null
    : withoutRoute(value === 0xffffffffn ? 'broadcast' : 'multicast', link.name);
}

function withoutRoute(type: FoundRoute['type'], device: string | null): FoundRoute {
  return {
    kind: 'route',
    type,
    device,
    gateway: null,
    preferredSource: null,
    table: 'local',
    route: null,
    alternatives: [],
  };
}

/** On output the address, not the route, makes a packet a broadcast or multicast one (`__mkroute_output`). */
function typedByAddress(query: RouteQuery, answer: RouteAnswer): RouteAnswer {
  if (answer.kind === 'unknown') return withEach(answer, (one) => typedByAddress(query, one));
  if (answer.kind !== 'route') {
    // A socket bound to a device takes the destination for a neighbour there, whatever the tables say.
    const { inInterface, outInterface } = query;
    if (inInterface !== 'lo' || outInterface === null) return answer;
    return typedByAddress(query, { ...withoutRoute('unicast', outInterface), table: 'main' });
  }
  // A broadcast from outside is delivered on the node.
  if (answer.type === 'broadcast' && query.inInterface !== 'lo') return { ...answer, device: 'lo' };
  if (answer.type !== 'unicast') return answer;
  const { value } = query.destination;
  if (value === 0xffffffffn) return { ...answer, type: 'broadcast', gateway: null };
  if (value >> 28n === 0xen) return { ...answer, type: 'multicast', gateway: null };
  return answer;
}

/**
 * With the rules a node starts with. For IPv4, `local` and `main` then share one trie, so that a longer prefix in `main`
 * beats a shorter one in `local`; the first rule ever added parts them for good, even if it is deleted again
 * (`fib_unmerge`, since 4.1). Whether that happened is not in a capture.
 */
function lookUpDefault(
  host: Host,
  query: RouteQuery,
  tables: RouteTables,
  rules: readonly PolicyRule[],
): RouteAnswer {
  const parted = walkRules(host, query, tables, rules);
  if (tables.merged === null || parted.kind === 'unknown') return parted;
  const shared = lookUp(tables.merged, query);
  const sharedAnswer: RouteAnswer = shared.kind === 'found' ? shared.answer : parted;
  if (sameAnswer(sharedAnswer, parted)) return parted;
  return unknown({ code: 'local-table-merged', address: query.destination });
}

function walkRules(
  host: Host,
  query: RouteQuery,
  tables: RouteTables,
  rules: readonly PolicyRule[],
): RouteAnswer {
  const known = new Map<number, RouteAnswer>();
  const from = (start: number): RouteAnswer => {
    const before = known.get(start);
    if (before !== undefined) return before;
    const answer = walk(start);
    known.set(start, answer);
    return answer;
  };
  const walk = (start: number): RouteAnswer => {
    for (let at = start; at < rules.length; at++) {
      const rule = rules[at];
      if (rule === undefined) break;
      const match = matchPolicyRule(host, rule, query);
      if (match === 'no') continue;
      const answer = act(rule, at);
      if (answer === null) continue;
      if (match === 'yes') return answer;
      // What it gets where this rule, of which it is not known whether it takes it, does not.
      const passed = from(at + 1);
      const same = sameAnswer(answer, passed) && !isOpen(answer) && !isOpen(passed);
      return same ? passed : dependsOn(host, rule, query, match.unknown, answer, passed);
    }
    return { kind: 'no-route' };
  };
  const act = (rule: PolicyRule, at: number): RouteAnswer | null => {
    switch (rule.action.kind) {
      case 'nop':
        return null;
      case 'goto': {
        const { priority } = rule.action;
        const target = rules.findIndex((other, index) => index > at && other.priority === priority);
        return target < 0 ? null : from(target);
      }
      case 'unreachable':
      case 'prohibit':
      case 'blackhole':
        return { kind: rule.action.kind, route: null, rule };
      case 'lookup': {
        const answer = fromTable(host, query, tables, rule, rule.action.table);
        if (answer?.kind !== 'unknown' || answer.why.code !== 'local-routes-not-captured') return answer;
        return host.routes[query.family] === null ? answer : { ...answer, unlessOwn: from(at + 1) };
      }
      default: {
        const unhandled: never = rule.action;
        return unhandled;
      }
    }
  };
  return from(0);
}

/** @returns null where the table has no route and the next rule is asked. */
function fromTable(
  host: Host,
  query: RouteQuery,
  tables: RouteTables,
  rule: PolicyRule,
  name: string,
): RouteAnswer | null {
  if (name === 'local' && !tables.localCaptured) {
    const answer = uncapturedLocal(host, query, tables);
    if (answer !== null) return answer;
  }
  if (name !== 'local' && tables.rulesMissing) {
    return unknown({ code: 'policy-rules-not-captured' });
  }
  const table = tableNamed(host, tables, query.family, name);
  if (table === null) {
    return name === 'local' ? null : unknown({ code: 'routes-not-captured', family: query.family });
  }
  if (table === 'not-listed')
    return unknown({ code: 'table-not-captured', family: query.family, table: name });
  const result: TableAnswer = lookUp(table, query);
  if (result.kind === 'pass') return null;
  return isSuppressed(rule, result) ? null : suppressedByGroup(rule, result.answer);
}

/** `suppress_prefixlength` drops what was found with a short prefix; errors are never suppressed (`fib_rules_lookup`). */
function isSuppressed(rule: PolicyRule, result: TableAnswer): boolean {
  return (
    rule.suppressPrefixLength !== null &&
    result.kind === 'found' &&
    result.answer.kind === 'route' &&
    result.prefixLength <= rule.suppressPrefixLength
  );
}

function suppressedByGroup(rule: PolicyRule, answer: RouteAnswer): RouteAnswer {
  if (answer.kind !== 'route' || !rule.unmodelled.includes('suppress_ifgroup')) return answer;
  return unknown({ code: 'suppress-ifgroup', priority: rule.priority });
}

/**
 * Without the table `local`: addresses of links and loopback are the node's for sure. Without links no other address
 * can be told from one of the node's.
 */
function uncapturedLocal(host: Host, query: RouteQuery, tables: RouteTables): RouteAnswer | null {
  const { value } = query.destination;
  const loopback = query.family === 'ipv4' ? value >> 24n === 127n : value === 1n;
  if (loopback) return withoutRoute('local', 'lo');
  if (query.family === 'ipv4' && value >> 28n === 0xen) return null;
  if (tables.local !== null) return null;
  if (isProvenOwn(host, query.destination)) return withoutRoute('local', 'lo');
  return unknown({ code: 'local-routes-not-captured', address: query.destination });
}

function dependsOn(
  host: Host,
  rule: PolicyRule,
  query: RouteQuery,
  asks: RoutedField,
  taken: RouteAnswer,
  passed: RouteAnswer,
): UnknownRoute {
  const answer = unknown({ code: 'policy-rule', priority: rule.priority, asks });
  if (asks.field !== 'mark' || rule.mark === null) return answer;
  // What else the rule asks may not be known either.
  if (matchPolicyRule(host, { ...rule, not: false }, { ...query, mark: rule.mark }) !== 'yes') return answer;
  const value = (rule.mark & rule.mask) >>> 0;
  const [fits, differs] = rule.not ? [passed, taken] : [taken, passed];
  return { ...answer, byMark: { value, mask: rule.mask, fits, differs } };
}

function isOpen(answer: RouteAnswer): boolean {
  return answer.kind === 'unknown' && (answer.byMark ?? answer.unlessOwn) !== undefined;
}

function withEach(answer: UnknownRoute, change: (one: RouteAnswer) => RouteAnswer): UnknownRoute {
  const { byMark, unlessOwn } = answer;
  return {
    ...answer,
    ...(byMark && { byMark: { ...byMark, fits: change(byMark.fits), differs: change(byMark.differs) } }),
    ...(unlessOwn && { unlessOwn: change(unlessOwn) }),
  };
}

function unknown(why: RouteUnknown): UnknownRoute {
  return { kind: 'unknown', why };
}

/** @returns true where both mean the same for the packet. */
function sameAnswer(a: RouteAnswer, b: RouteAnswer): boolean {
  if (a === b) return true;
  if (a.kind === 'unknown' || b.kind === 'unknown') return a.kind === b.kind;
  if (a.kind === 'no-route' || b.kind === 'no-route') return a.kind === b.kind;
  if (a.kind !== 'route' || b.kind !== 'route') return a.kind === b.kind;
  return a.type === b.type && a.device === b.device && sameHops(a.route, b.route);
}

function sameHops(a: Route | null, b: Route | null): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  const shape = (route: Route) =>
    JSON.stringify([
      route.preferredSource?.value.toString(16),
      route.nextHops.map((hop) => [hop.device, hop.gateway?.value.toString(16), hop.weight, hop.usable]),
    ]);
  return shape(a) === shape(b);
}
