import { type Address, sameAddress } from '../net/address.ts';
import type { Host } from './facts.ts';
import { findRoute, sentTo } from './find-route.ts';

/**
 * By which device sockets take a node's own packet to one of its addresses to have come in. It comes by lo, and is told by the device
 * of its route, which is the one that has the address: `inet_iif` (rt_iif, set by ip_route_output_key_hash_rcu, net/ipv4/route.c)
 * and `inet6_iif` (ipv6_rcv: ip6_dst_idev, net/ipv6/ip6_input.c).
 * @returns undefined where the capture does not tell
 */
export function deviceOfOwn(host: Host, address: Address): string | undefined {
  const holders = (host.links ?? []).filter(({ addresses }) =>
    addresses.some((own) => sameAddress(own.address, address)),
  );
  const [holder] = holders;
  // Before Linux 4.18 routes of table local named lo for IPv6.
  if (holders.length === 1 && address.family === 'ipv6') return holder?.name;
  const answer = findRoute(host, sentTo(address, { mark: null }));
  if (answer.kind === 'route' && answer.type === 'local' && answer.route !== null)
    return answer.route.nextHops[0]?.device ?? undefined;
  return holders.length === 1 ? holder?.name : undefined;
}
