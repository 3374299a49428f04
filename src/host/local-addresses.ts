import { type Address, sameAddress } from '../net/address.ts';
import { prefixContains } from '../net/prefix.ts';
import { addressType } from './address-type.ts';
import type { Host } from './facts.ts';
import { routeTables } from './route-tables.ts';

/**
 * Whether a packet to this address is for the node itself: an address of one of its links, 127.0.0.0/8, ::1, or what
 * routes of type `local` in the table `local` add (kube-ipvs0, AnyIP).
 * @returns null where the capture does not tell.
 */
export function isLocalAddress(host: Host, address: Address): boolean | null {
  if (address.family === 'ipv4') {
    const answer = addressType(host, 'ipv4', address, null);
    return answer.kind === 'unknown' ? null : answer.types.includes('LOCAL');
  }
  if (address.value === 1n) return true;
  const { local } = routeTables(host, 'ipv6');
  if (local === null) return address.value >> 120n === 0xffn ? false : null;
  for (const { routes } of local.covering(address)) {
    const first = routes.find((route) => route.usable);
    if (first !== undefined) return first.type === 'local';
  }
  return false;
}

/**
 * Whether IPv4 lets a process, or the kernel itself, send from this address: a link has it, or table `local` says so
 * (`__ip_dev_find`, net/ipv4/devinet.c, which ip_route_output_key_hash_rcu asks of every source but a transparent socket's).
 * @returns null where the capture does not tell.
 */
export function isOwnSource(host: Host, address: Address): boolean | null {
  const links = [...(host.links ?? []), ...(host.someLinks ?? [])];
  const onLink = links.some(({ addresses }) => addresses.some((own) => sameAddress(own.address, address)));
  return onLink || isLocalAddress(host, address);
}

/**
 * Whether the node can answer from an address that it takes packets for. A `local` route outside table `local` (as TPROXY needs
 * one) is enough to take them, and not to send from there; IPv6 does not ask.
 * @returns null where the capture has such a route, and does not tell whether the address is the node's by another.
 */
export function canAnswerFrom(host: Host, address: Address): boolean | null {
  if (address.family === 'ipv6') return true;
  const routes = host.routes.ipv4 ?? [];
  const elsewhere = routes.some(
    ({ type, table, destination }) =>
      type === 'local' && table !== 'local' && prefixContains(destination, address),
  );
  if (!elsewhere) return true;
  const own = isOwnSource(host, address);
  // The table of a VRF has the addresses of its ports.
  return own === false && host.links === null ? null : own;
}
