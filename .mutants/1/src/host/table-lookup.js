import { prefixContains } from '../net/prefix.js';
import { sourceLength } from './route-table.js';
/** IPV6_DECODE_PREF, above the two bits of the device. */
const ROUTER_PREFERENCE = { low: 0, medium: 4, high: 8 };
const PASS = { kind: 'pass' };
/** @returns what one routing table says of the packet. */
export function lookUp(table, query) {
    return query.family === 'ipv4' ? lookUpIpv4(table, query) : lookUpIpv6(table, query);
}
/** `fib_table_lookup` (net/ipv4/fib_trie.c): the first usable route of the longest prefix; a route that is not usable is stepped over. */
function lookUpIpv4(table, query) {
    for (const { prefixLength, routes } of table.covering(query.destination)) {
        for (const route of routes) {
            if (route.tos !== 0) {
                if (query.tos === undefined)
                    return tosUnknown(route, prefixLength);
                if ((query.tos & 0xfc) !== (route.tos & 0xfc))
                    continue;
            }
            const answer = take(route, query, prefixLength, bound(query, route.nextHops));
            if (answer !== null)
                return answer;
        }
    }
    return PASS;
}
/**
 * `fib6_table_lookup`, `rt6_select`, `find_rr_leaf` (net/ipv6/route.c): within the longest prefix the routes of the
 * lowest metric compete by device and router preference; a later one must be better, not equal. Neighbour state,
 * which a node that does not forward also looks at, is in no capture.
 */
function lookUpIpv6(table, query) {
    for (const { prefixLength, routes } of table.covering(query.destination)) {
        for (const group of bySource(routes)) {
            const from = group[0]?.sourcePrefix;
            if (from !== undefined) {
                if (query.source === null)
                    return sourceUnknown(prefixLength);
                if (query.source.value === 0n || !prefixContains(from, query.source))
                    continue;
            }
            const best = selectIpv6(group, query);
            if (best === null)
                continue;
            const answer = take(best, query, prefixLength, bound(query, best.nextHops, true));
            if (answer !== null)
                return answer;
        }
    }
    return PASS;
}
function bySource(routes) {
    const groups = new Map();
    for (const route of routes) {
        const key = `${sourceLength(route)} ${route.sourcePrefix?.value ?? ''}`;
        const group = groups.get(key);
        if (group === undefined)
            groups.set(key, [route]);
        else
            group.push(route);
    }
    return [...groups.values()];
}
function selectIpv6(routes, query) {
    if (query.byDevice === true)
        return matchDevice(routes, query);
    const wanted = preferredDevice(query);
    const strict = wanted !== null && isStrict(query);
    const lowest = routes[0]?.metric;
    return (bestOf(routes.filter((route) => route.metric === lowest), wanted, strict) ??
        bestOf(routes.filter((route) => route.metric !== lowest), wanted, strict));
}
function matchDevice(routes, query) {
    const usable = routes.filter((route) => route.usable);
    const { outInterface } = query;
    const match = usable.find((route) => route.nextHops.some((hop) => hop.device === outInterface));
    if (match !== undefined)
        return match;
    return outInterface !== null && isOfLink(query) ? null : (usable[0] ?? null);
}
function bestOf(routes, wanted, strict) {
    let best = null;
    let bestScore = -1;
    for (const route of routes) {
        if (!route.usable)
            continue;
        const onDevice = wanted === null || route.nextHops.some((hop) => hop.usable && hop.device === wanted);
        if (strict && !onDevice)
            continue;
        const score = (onDevice ? 2 : 0) | ROUTER_PREFERENCE[route.preference ?? 'medium'];
        if (score > bestScore) {
            best = route;
            bestScore = score;
        }
    }
    return best;
}
/** A packet from outside prefers its own interface; one of the node only the device its socket is bound to. */
function preferredDevice(query) {
    if (query.outInterface !== null)
        return query.outInterface;
    return query.inInterface === 'lo' ? null : query.inInterface;
}
/** Link-local, multicast and loopback destinations belong to one link (`rt6_need_strict`). */
function isStrict(query) {
    if (isOfLink(query))
        return true;
    return query.outInterface !== null && query.source !== null && query.source.value === 0n;
}
function isOfLink(query) {
    const top = query.destination.value >> 112n;
    return query.destination.value === 1n || top >> 8n === 0xffn || top >> 6n === 0x3fan;
}
/** @returns the next hops that a lookup bound to a device may take; for IPv6 the device is a preference only. */
function bound(query, hops, preferOnly = false) {
    const usable = hops.filter((hop) => hop.usable);
    if (query.outInterface === null)
        return usable;
    const matching = usable.filter((hop) => hop.device === query.outInterface);
    return preferOnly && matching.length === 0 ? usable : matching;
}
/** @returns null where the route cannot be used and the search goes on. */
function take(route, query, prefixLength, hops) {
    switch (route.type) {
        case 'throw':
            return PASS;
        case 'blackhole':
        case 'unreachable':
        case 'prohibit':
            return { kind: 'found', prefixLength, answer: { kind: route.type, route, rule: null } };
        case 'nat':
            return { kind: 'found', prefixLength, answer: { kind: 'blackhole', route, rule: null } };
        case 'unicast':
        case 'local':
        case 'broadcast':
        case 'multicast':
        case 'anycast': {
            const [first, ...alternatives] = hops;
            if (first === undefined || !route.usable)
                return null;
            return {
                kind: 'found',
                prefixLength,
                answer: found(route, route.type, query.family, first, alternatives),
            };
        }
        default: {
            const unhandled = route.type;
            return unhandled;
        }
    }
}
function found(route, type, family, hop, alternatives) {
    // A local destination leaves through the loopback device (`ip_route_output_key_hash_rcu`, `ip6_rt_get_dev_rcu`).
    const viaLoopback = type === 'local' || (type === 'anycast' && family === 'ipv6');
    return {
        kind: 'route',
        type,
        device: viaLoopback ? 'lo' : hop.device,
        gateway: hop.gateway,
        preferredSource: route.preferredSource,
        table: route.table,
        route,
        alternatives,
    };
}
function tosUnknown(route, prefixLength) {
    const why = { code: 'tos', table: route.table, tos: route.tos };
    return { kind: 'found', prefixLength, answer: { kind: 'unknown', why } };
}
function sourceUnknown(prefixLength) {
    return { kind: 'found', prefixLength, answer: { kind: 'unknown', why: { code: 'source' } } };
}
