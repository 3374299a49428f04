import { sameAddress } from '../net/address.js';
/**
 * Whether something captured proves that an address is the node's own: a listing of single links that has it, or a route, since
 * the kernel takes as a route's source (`src`) only an address of the node (fib_valid_prefsrc, ip6_route_info_create). Of use
 * where neither all addresses nor the table `local` were captured.
 */
export function isProvenOwn(host, address) {
    const routes = host.routes[address.family] ?? [];
    return ((host.someLinks ?? []).some(({ addresses }) => addresses.some((own) => sameAddress(own.address, address))) ||
        routes.some(({ preferredSource }) => preferredSource !== null && sameAddress(preferredSource, address)));
}
