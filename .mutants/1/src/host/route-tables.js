import { localRoutesOfLinks } from './link-routes.js';
import { RouteTable } from './route-table.js';
const cache = new WeakMap();
/** @returns the routing tables of the family, built once for each host. */
export function routeTables(host, family) {
    const families = cache.get(host) ?? new Map();
    cache.set(host, families);
    const tables = families.get(family) ?? build(host, family);
    families.set(family, tables);
    return tables;
}
/** @returns the table with this name: empty where the capture has no route in it, null where routes were not captured. */
export function tableNamed(tables, family, name) {
    if (name === 'local')
        return tables.local;
    if (tables.named === null)
        return null;
    return tables.named.get(name) ?? new RouteTable(family, []);
}
function build(host, family) {
    const routes = host.routes[family];
    const rules = host.policyRules[family];
    const customRules = rules !== null && !isDefault(rules, family);
    const byTable = new Map();
    for (const route of routes ?? []) {
        if (route.family !== family)
            continue;
        const list = byTable.get(route.table);
        if (list === undefined)
            byTable.set(route.table, [route]);
        else
            list.push(route);
    }
    const captured = byTable.get('local');
    const local = captured ?? (host.links === null ? null : localRoutesOfLinks(host, host.links, family));
    const named = new Map();
    for (const [name, list] of byTable)
        named.set(name, new RouteTable(family, list));
    const main = byTable.get('main') ?? [];
    return {
        local: local === null ? null : new RouteTable(family, local),
        localCaptured: captured !== undefined,
        named: routes === null ? null : named,
        merged: family === 'ipv4' && !customRules && local !== null
            ? new RouteTable(family, [...local, ...main])
            : null,
        customRules,
        localFirst: !customRules || leadsToLocal(rules[0], family),
        rulesMissing: rules === null && [...byTable.keys()].some((name) => !isReserved(name)),
    };
}
function isReserved(table) {
    return table === 'local' || table === 'main' || table === 'default';
}
/** The rules that a network namespace starts with (`fib_default_rules_init`, `fib6_rules_net_init`). */
export function defaultRules(family) {
    const tables = [
        [0, 'local'],
        [32766, 'main'],
    ];
    if (family === 'ipv4')
        tables.push([32767, 'default']);
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
function isDefault(rules, family) {
    const expected = defaultRules(family);
    return (rules.length === expected.length &&
        rules.every((rule, at) => {
            const other = expected[at];
            return other !== undefined && describe(rule) === describe(other);
        }));
}
function leadsToLocal(rule, family) {
    const [local] = defaultRules(family);
    return (rule !== undefined &&
        local !== undefined &&
        describe(rule) === describe({ ...local, priority: rule.priority }));
}
/** Everything of a rule that can change its effect, as one text. */
function describe(rule) {
    const { source, destination, ...rest } = rule;
    const bounds = [source, destination].map((prefix) => (prefix === null || prefix.mask === 0n ? '' : 'some'));
    const { action, ...plain } = rest;
    return JSON.stringify([bounds, Object.entries(plain).sort(), Object.entries(action).sort()]);
}
