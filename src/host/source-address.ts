import { type Address, type Family, sameAddress } from '../net/address.ts';
import type { Host, Link } from './facts.ts';
import type { RouteAnswer } from './find-route.ts';
import { ipv6Class, scopeBits } from './ipv6-address-class.ts';
import { SCOPE_UNIVERSE, scopeNumber, selectAddressIpv4 } from './select-address-ipv4.ts';
import { selectAddressIpv6 } from './select-address-ipv6.ts';

/**
 * The source address that a process gets which connects without binding first (`fib_result_prefsrc`,
 * net/ipv4/fib_semantics.c; `ip6_route_get_saddr`, net/ipv6/route.c).
 * @returns null where the capture does not tell or the node has no address for it.
 */
export function sourceForOutput(host: Host, answer: RouteAnswer, destination: Address): Address | null {
  if (answer.kind !== 'route') return null;
  if (answer.preferredSource !== null) return answer.preferredSource;
  if (destination.family === 'ipv6') {
    // The device that holds a local address, not the loopback device the packet goes through.
    const device = answer.route?.nextHops[0]?.device ?? answer.device;
    return selectAddressIpv6(host, device, destination);
  }
  if (answer.type === 'local') {
    return destination.value === 0n ? loopback('ipv4') : destination;
  }
  if (answer.device === null) return null;
  const towards = answer.gateway?.family === 'ipv4' ? answer.gateway : null;
  return selectAddressIpv4(host, answer.device, towards, scopeNumber(answer.route?.scope ?? null));
}

/**
 * The address that MASQUERADE writes: `inet_select_addr(out, rt_nexthop(rt, daddr), RT_SCOPE_UNIVERSE)` and
 * `ipv6_dev_get_saddr(net, out, daddr, 0)` (net/netfilter/nf_nat_masquerade.c). It does not ask the route's `src`.
 * @param nextHop gateway of the route, or the destination where there is none.
 * @returns null where the links were not captured, or no address will do: then the kernel drops the packet.
 */
export function masqueradeAddress(
  host: Host,
  family: Family,
  outInterface: string,
  nextHop: Address,
  destination: Address,
): Address | null {
  if (family === 'ipv6') return selectAddressIpv6(host, outInterface, destination);
  const towards = nextHop.family === 'ipv4' ? nextHop : destination;
  return selectAddressIpv4(host, outInterface, towards, SCOPE_UNIVERSE);
}

/**
 * The address that REDIRECT writes (net/netfilter/nf_nat_redirect.c): loopback for a packet of the node itself, else
 * the first address of the interface it came in through.
 * @param inInterface null for the OUTPUT hook.
 * @param destination of the packet; since Linux 6.7 one of a narrow scope ({@link scopeBits}) gets an address of that scope or none (nf_nat_redirect_ipv6_usable). Null: not known.
 * @returns null where the links were not captured or the interface has no address: then the kernel drops the packet.
 */
export function redirectAddress(
  host: Host,
  family: Family,
  inInterface: string | null,
  destination: Address | null = null,
): Address | null {
  if (inInterface === null) return loopback(family);
  const link = host.links?.find((candidate) => candidate.name === inInterface);
  if (link === undefined) return null;
  if (family === 'ipv4') return addresses(link, 'ipv4')[0] ?? null;
  const usable = addresses(link, 'ipv6').filter((address) => !ipv6Class(address.value).mapped);
  const asked = destination === null ? 0 : scopeBits(destination.value);
  return usable.find((address) => asked === 0 || (scopeBits(address.value) & asked) !== 0) ?? null;
}

function addresses(link: Link, family: Family): Address[] {
  return link.addresses
    .filter((entry) => entry.address.family === family && entry.tentative !== true)
    .map((entry) => entry.address);
}

function loopback(family: Family): Address {
  return family === 'ipv4' ? { family, value: 0x7f000001n } : { family, value: 1n };
}

/**
 * The source of a process's packet to this address of the node, as the route that came with the address says: of a second address
 * of a network the first (fib_add_ifaddr: prefsrc), of IPv6 the address itself (ipv6_dev_get_saddr, rule 1).
 * @returns null where links do not tell
 */
export function ownSourceWithoutRoutes({ links }: Host, destination: Address): Address | null {
  if (destination.family === 'ipv6' || sameAddress(destination, loopback('ipv4'))) return destination;
  for (const { addresses, loopback } of links ?? []) {
    const own = addresses.find(({ address }) => sameAddress(address, destination));
    if (own !== undefined && !own.secondary) return destination;
    const length = own?.prefixLength;
    const first = addresses.find(({ address, prefixLength, secondary }) => {
      if (secondary || address.family !== 'ipv4') return false;
      const shared = (length === undefined && loopback) || length === prefixLength;
      return (
        shared &&
        address.value >> BigInt(32 - prefixLength) === destination.value >> BigInt(32 - prefixLength)
      );
    });
    if (first !== undefined) return first.address;
  }
  return null;
}
