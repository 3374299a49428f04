import { type Address, sameAddress } from '../net/address.ts';
import type { Host } from './facts.ts';

/**
 * Whether a captured route proves that an address is the node's own: the kernel takes as a route's source (`src`) only an
 * address of the node (fib_valid_prefsrc, ip6_route_info_create). Of use where neither addresses nor the table `local` were captured.
 */
export function isProvenOwn(host: Host, address: Address): boolean {
  const routes = host.routes[address.family] ?? [];
  return routes.some(
    ({ preferredSource }) => preferredSource !== null && sameAddress(preferredSource, address),
  );
}
