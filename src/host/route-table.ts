import type { Address, Family } from '../net/address.ts';
import { lengthOfMask, maskOfLength } from '../net/prefix.ts';
import type { Route } from './facts.ts';

/** The routes to exactly one prefix of one table, in the order in which the kernel tries them. */
export interface RouteGroup {
  readonly prefixLength: number;
  readonly routes: readonly Route[];
}

/** A routing table arranged for longest-prefix lookup. */
export class RouteTable {
  readonly #family: Family;
  /** Prefix length → network → routes. */
  readonly #byLength = new Map<number, Map<bigint, Route[]>>();
  /** Longest first, with the masks. */
  readonly #lengths: readonly {
    readonly prefixLength: number;
    readonly mask: bigint;
    readonly networks: ReadonlyMap<bigint, Route[]>;
  }[];

  /** @param routes in the order of the dump; equal ones keep it. */
  constructor(family: Family, routes: Iterable<Route>) {
    this.#family = family;
    for (const route of routes) {
      const length = lengthOfMask(family, route.destination.mask);
      if (length === null || route.family !== family) continue;
      const networks = this.#byLength.get(length) ?? new Map<bigint, Route[]>();
      this.#byLength.set(length, networks);
      const group = networks.get(route.destination.value);
      if (group === undefined) networks.set(route.destination.value, [route]);
      else group.push(route);
    }
    this.#lengths = [...this.#byLength]
      .sort(([a], [b]) => b - a)
      .map(([prefixLength, networks]) => ({
        prefixLength,
        mask: maskOfLength(family, prefixLength),
        networks,
      }));
    for (const networks of this.#byLength.values()) {
      for (const group of networks.values()) if (group.length > 1) group.sort(compareRoutes);
    }
  }

  /** @returns the groups of routes that cover the address, longest prefix first. */
  *covering(address: Address): Generator<RouteGroup> {
    if (address.family !== this.#family) return;
    for (const { prefixLength, mask, networks } of this.#lengths) {
      const routes = networks.get(address.value & mask);
      if (routes !== undefined) yield { prefixLength, routes };
    }
  }
}

/**
 * IPv4 keeps routes to one prefix by table (255 first, where `local` and `main` share one trie), then TOS descending,
 * then metric ascending (`fib_insert_alias`, net/ipv4/fib_trie.c). IPv6 keeps longer `from` prefixes first (subtrees),
 * then metric.
 */
function compareRoutes(a: Route, b: Route): number {
  if (a.table !== b.table && a.family === 'ipv4') {
    if (a.table === 'local') return -1;
    if (b.table === 'local') return 1;
  }
  const from = sourceLength(b) - sourceLength(a);
  if (from !== 0) return from;
  return b.tos - a.tos || a.metric - b.metric;
}

/** @returns length of the route's `from` prefix; 0 without one. */
export function sourceLength(route: Route): number {
  return route.sourcePrefix === undefined ? 0 : (lengthOfMask(route.family, route.sourcePrefix.mask) ?? 0);
}
