import type { Family } from '../net/address.ts';
import type { Host } from './facts.ts';

/** Stands for all tables: `ip route show table all`. */
export const ALL_TABLES = 'all';

const cache = new WeakMap<Host, Map<Family, ReadonlySet<string>>>();

/**
 * Whether all routes of a table were captured, so that one without any is empty. iproute2 prints the table of a route where it was
 * asked for all tables, and for no other listing (print_route, ip/iproute.c: `filter.tb`); `ip route` alone lists `main`.
 * @returns false where routes of the table may be missing, or none of the family were captured.
 */
export function isListed(host: Host, family: Family, table: string): boolean {
  const families = cache.get(host) ?? new Map<Family, ReadonlySet<string>>();
  cache.set(host, families);
  const listed = families.get(family) ?? listedTables(host, family);
  families.set(family, listed);
  return listed.has(ALL_TABLES) || listed.has(table);
}

function listedTables(host: Host, family: Family): ReadonlySet<string> {
  const routes = host.routes[family];
  const told = host.listedTables?.[family] ?? null;
  if (routes === null) return new Set();
  if (told !== null) return new Set(told);
  return new Set([routes.some(({ table }) => table !== 'main') ? ALL_TABLES : 'main']);
}
