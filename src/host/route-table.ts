import type { Address, Family } from '../net/address.ts';
import { lengthOfMask, maskOfLength } from '../net/prefix.ts';
import type { Route } from './facts.ts';

/** The routes to exactly one prefix of one table, in the order in which the kernel tries them. */
export interface RouteGroup {
  readonly prefixLength: number;
  readonly routes: readonly Route[];
}

/** The prefixes of one length that a table has routes to. Of IPv4 bits are numbers: each address outside is looked up, too. */
interface Prefixes {
  readonly prefixLength: number;
  readonly mask: number | bigint;
  readonly networks: Map<number | bigint, { readonly prefixLength: number; readonly routes: Route[] }>;
}

/** A routing table arranged for longest-prefix lookup. */
export class RouteTable {
  readonly #family: Family;
  /** Longest first. */
  readonly #lengths: readonly Prefixes[];

  /** @param routes in the order of the dump; equal ones keep it. */
  constructor(family: Family, routes: Iterable<Route>) {
    this.#family = family;
    const byLength = new Map<number, Prefixes>();
    for (const route of routes) {
      const length = lengthOfMask(family, route.destination.mask);
      if (length === null || route.family !== family) continue;
      const mask = bitsOf(family, maskOfLength(family, length));
      const prefixes = byLength.get(length) ?? { prefixLength: length, mask, networks: new Map() };
      byLength.set(length, prefixes);
      const network = bitsOf(family, route.destination.value);
      const group = prefixes.networks.get(network);
      if (group === undefined) prefixes.networks.set(network, { prefixLength: length, routes: [route] });
      else group.routes.push(route);
    }
    this.#lengths = [...byLength.values()].sort((a, b) => b.prefixLength - a.prefixLength);
    for (const { networks } of this.#lengths) {
      for (const { routes: group } of networks.values()) if (group.length > 1) group.sort(compareRoutes);
    }
  }

  /** @returns the groups of routes that cover the address, longest prefix first. */
  covering(address: Address): readonly RouteGroup[] {
    const covering: RouteGroup[] = [];
    if (address.family !== this.#family) return covering;
    const bits = bitsOf(this.#family, address.value);
    for (const { mask, networks } of this.#lengths) {
      const group = networks.get(masked(bits, mask));
      if (group !== undefined) covering.push(group);
    }
    return covering;
  }
}

function bitsOf(family: Family, value: bigint): number | bigint {
  return family === 'ipv4' ? Number(value) : value;
}

function masked(bits: number | bigint, mask: number | bigint): number | bigint {
  return typeof bits === 'number' && typeof mask === 'number'
    ? (bits & mask) >>> 0
    : BigInt(bits) & BigInt(mask);
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
