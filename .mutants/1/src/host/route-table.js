import { lengthOfMask, maskOfLength } from '../net/prefix.js';
/** A routing table arranged for longest-prefix lookup. */
export class RouteTable {
    #family;
    /** Prefix length → network → routes. */
    #byLength = new Map();
    #lengths;
    /** @param routes in the order of the dump; equal ones keep it. */
    constructor(family, routes) {
        this.#family = family;
        for (const route of routes) {
            const length = lengthOfMask(family, route.destination.mask);
            if (length === null || route.family !== family)
                continue;
            const networks = this.#byLength.get(length) ?? new Map();
            this.#byLength.set(length, networks);
            const group = networks.get(route.destination.value);
            if (group === undefined)
                networks.set(route.destination.value, [route]);
            else
                group.push(route);
        }
        this.#lengths = [...this.#byLength.keys()].sort((a, b) => b - a);
        for (const networks of this.#byLength.values()) {
            for (const group of networks.values())
                if (group.length > 1)
                    group.sort(compareRoutes);
        }
    }
    /** @returns the groups of routes that cover the address, longest prefix first. */
    *covering(address) {
        if (address.family !== this.#family)
            return;
        for (const length of this.#lengths) {
            const network = address.value & maskOfLength(this.#family, length);
            const routes = this.#byLength.get(length)?.get(network);
            if (routes !== undefined)
                yield { prefixLength: length, routes };
        }
    }
}
/**
 * IPv4 keeps routes to one prefix by table (255 first, where `local` and `main` share one trie), then TOS descending,
 * then metric ascending (`fib_insert_alias`, net/ipv4/fib_trie.c). IPv6 keeps longer `from` prefixes first (subtrees),
 * then metric.
 */
function compareRoutes(a, b) {
    if (a.table !== b.table && a.family === 'ipv4') {
        if (a.table === 'local')
            return -1;
        if (b.table === 'local')
            return 1;
    }
    const from = sourceLength(b) - sourceLength(a);
    if (from !== 0)
        return from;
    return b.tos - a.tos || a.metric - b.metric;
}
/** @returns length of the route's `from` prefix; 0 without one. */
export function sourceLength(route) {
    return route.sourcePrefix === undefined ? 0 : (lengthOfMask(route.family, route.sourcePrefix.mask) ?? 0);
}
