import type { Family } from '../net/address.ts';
import type { Host, PolicyRule, Route } from './facts.ts';
import { localRoutesOfLinks } from './link-routes.ts';
import { isListed } from './listed-tables.ts';
import { RouteTable } from './route-table.ts';

/** What is known of one family's routing tables. */
export interface RouteTables {
  /** Null: neither routes nor links were captured. */
  readonly local: RouteTable | null;
  /** False where the local table was derived from the links' addresses: routes added by hand are not in it. */
  readonly localCaptured: boolean;
  /** Null: routes were not captured. */
  readonly named: ReadonlyMap<string, RouteTable> | null;
  /** `local` and `main` as one trie; null where it makes no difference or one of them is unknown. */
  readonly merged: RouteTable | null;
  /** True where the policy rules are not the kernel's own, so that no trie is shared. */
  readonly customRules: boolean;
  /** False where a policy rule stands before the one that leads everything to table local (Cilium moves that one). */
  readonly localFirst: boolean;
  /** True where policy rules were not captured but tables exist that only such rules can lead to. */
  readonly rulesMissing: boolean;
}

const cache = new WeakMap<Host, Map<Family, RouteTables>>();

/** @returns the routing tables of the family, built once for each host. */
export function routeTables(host: Host, family: Family): RouteTables {
  const families = cache.get(host) ?? new Map<Family, RouteTables>();
  cache.set(host, families);
  const tables = families.get(family) ?? build(host, family);
  families.set(family, tables);
  return tables;
}

/**
 * @returns the table with this name: empty where it was listed and has no route, null where routes were not captured,
 *   `not-listed` where those of other tables were. Table `default`, which nothing fills by itself, is taken for empty then, and the
 *   table of a VRF, which packets of its ports alone are led to.
 */
export function tableNamed(
  host: Host,
  tables: RouteTables,
  family: Family,
  name: string,
): RouteTable | 'not-listed' | null {
  if (name === 'local') return tables.local;
  if (tables.named === null) return null;
  const known = tables.named.get(name);
  if (known !== undefined) return known;
  const isTaken = name === 'default' || name === 'l3mdev';
  return isTaken || isListed(host, family, name) ? new RouteTable(family, []) : 'not-listed';
}

function build(host: Host, family: Family): RouteTables {
  const routes = host.routes[family];
  const rules = host.policyRules[family];
  const customRules = rules !== null && !isDefault(rules, family);
  const byTable = new Map<string, Route[]>();
  for (const route of routes ?? []) {
    if (route.family !== family) continue;
    const list = byTable.get(route.table);
    if (list === undefined) byTable.set(route.table, [route]);
    else list.push(route);
  }
  const captured = byTable.get('local');
  const local = captured ?? (host.links === null ? null : localRoutesOfLinks(host, host.links, family));
  const named = new Map<string, RouteTable>();
  for (const [name, list] of byTable) named.set(name, new RouteTable(family, list));
  const main = byTable.get('main') ?? [];
  return {
    local: local === null ? null : new RouteTable(family, local),
    localCaptured: captured !== undefined,
    named: routes === null ? null : named,
    merged:
      family === 'ipv4' && !customRules && local !== null
        ? new RouteTable(family, [...local, ...main])
        : null,
    customRules,
    localFirst: !customRules || leadsToLocal(rules[0], family),
    rulesMissing: rules === null && [...byTable.keys()].some((name) => !isReserved(name)),
  };
}

function isReserved(table: string): boolean {
  return table === 'local' || table === 'main' || table === 'default';
}

/** The rules that a network namespace starts with (`fib_default_rules_init`, `fib6_rules_net_init`). */
export function defaultRules(family: Family): PolicyRule[] {
  const tables: [number, string][] = [
    [0, 'local'],
    [32766, 'main'],
  ];
  if (family === 'ipv4') tables.push([32767, 'default']);
  return tables.map(([priority, table]) => ({
    priority,
    not: false,
    source: null,
    destination: null,
    mark: null,
    mask: 0xffffffff,
    inInterface: null,
    outInterface: null,
    protocol: null,
    sourcePorts: null,
    destinationPorts: null,
    uids: null,
    tos: null,
    action: { kind: 'lookup', table },
    suppressPrefixLength: null,
    unmodelled: [],
  }));
}

function isDefault(rules: readonly PolicyRule[], family: Family): boolean {
  const expected = defaultRules(family);
  return (
    rules.length === expected.length &&
    rules.every((rule, at) => {
      const other = expected[at];
      return other !== undefined && describe(rule) === describe(other);
    })
  );
}

function leadsToLocal(rule: PolicyRule | undefined, family: Family): boolean {
  const [local] = defaultRules(family);
  return (
    rule !== undefined &&
    local !== undefined &&
    describe(rule) === describe({ ...local, priority: rule.priority })
  );
}

/** Everything of a rule that can change its effect, as one text. */
function describe(rule: PolicyRule): string {
  const { source, destination, ...rest } = rule;
  const bounds = [source, destination].map((prefix) => (prefix === null || prefix.mask === 0n ? '' : 'some'));
  const { action, ...plain } = rest;
  return JSON.stringify([bounds, Object.entries(plain).sort(), Object.entries(action).sort()]);
}
