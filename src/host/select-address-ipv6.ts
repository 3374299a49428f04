import type { Address } from '../net/address.ts';
import { prefixContains } from '../net/prefix.ts';
import type { AddressLabel, Host, Link, LinkAddress } from './facts.ts';
import { ipv6Class } from './ipv6-address-class.ts';
import { interfaceSwitch } from './sysctl.ts';

/**
 * `ipv6_dev_get_saddr` (net/ipv6/addrconf.c): RFC 6724 source selection, with the labels of `ip addrlabel`; without them the
 * kernel's own are taken.
 * @param device the device the packet leaves through; null for none.
 * @returns the address, or null where the links were not captured or no address will do.
 */
export function selectAddressIpv6(host: Host, device: string | null, destination: Address): Address | null {
  const { links } = host;
  if (links === null) return null;
  const target = ipv6Class(destination.value);
  const ownOnly =
    device !== null &&
    (target.multicast ||
      target.scope <= 2 ||
      interfaceSwitch(host, 'ipv6', 'use_oif_addrs_only', device, 'or') === 1);
  const candidates = ownOnly ? links.filter((link) => link.name === device) : links;
  let best: LinkAddress | null = null;
  let bestScores: number[] = [];
  for (const link of [...candidates].sort((a, b) => a.index - b.index)) {
    for (const entry of link.addresses) {
      if (entry.address.family !== 'ipv6' || entry.tentative === true) continue;
      const scores = score(host, link, entry, device, destination);
      if (best === null || isBetter(scores, bestScores)) {
        best = entry;
        bestScores = scores;
      }
    }
  }
  return best?.address ?? null;
}

/** One number for each rule of RFC 6724, section 5, in the kernel's order; larger is better. */
function score(
  host: Host,
  link: Link,
  entry: LinkAddress,
  device: string | null,
  destination: Address,
): number[] {
  const own = ipv6Class(entry.address.value);
  const target = ipv6Class(destination.value);
  const prefersTemporary = (interfaceSwitch(host, 'ipv6', 'use_tempaddr', link.name, 'device') ?? 0) >= 2;
  return [
    entry.address.value === destination.value ? 1 : 0,
    own.scope >= target.scope ? -own.scope : own.scope - 128,
    own.mapped || own.compatible || own.loopback || !entry.deprecated ? 1 : 0,
    device === null || link.name === device ? 1 : 0,
    labelOf(host, entry.address, link.name) === labelOf(host, destination, device) ? 1 : 0,
    (entry.temporary === true) === prefersTemporary ? 1 : 0,
    isOrchid(entry.address.value) === isOrchid(destination.value) ? 1 : 0,
    Math.min(commonBits(entry.address.value, destination.value), entry.prefixLength),
  ];
}

function isBetter(a: readonly number[], b: readonly number[]): boolean {
  for (let rule = 0; rule < a.length; rule++) {
    const difference = (a[rule] ?? 0) - (b[rule] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/** The longest prefix wins, and of one length that of a device (__ipv6_addr_label, ip6addrlbl_add). */
function labelOf({ labels }: Host, address: Address, device: string | null): number | null {
  if (labels == null) return label(address.value);
  let best: AddressLabel | null = null;
  for (const each of labels) {
    if (each.device !== null && each.device !== device) continue;
    if (!prefixContains(each.prefix, address)) continue;
    // The listing is in the kernel's order, in which the first that fits is taken.
    if (best === null || each.prefix.mask > best.prefix.mask) best = each;
  }
  return best?.label ?? null;
}

/** Default labels (net/ipv6/addrlabel.c), longest prefix first: they differ from RFC 6724's. */
function label(value: bigint): number {
  if (value === 1n) return 0;
  if (value >> 32n === 0n) return 3;
  if (value >> 32n === 0xffffn) return 4;
  if (value >> 96n === 0x20010000n) return 6;
  if (isOrchid(value)) return 7;
  if (value >> 112n === 0x3ffen) return 12;
  if (value >> 112n === 0x2002n) return 2;
  if (value >> 118n === 0x3fbn) return 11;
  if (value >> 121n === 0x7en) return 5;
  return 1;
}

function isOrchid(value: bigint): boolean {
  return value >> 100n === 0x2001001n;
}

function commonBits(a: bigint, b: bigint): number {
  const difference = a ^ b;
  return difference === 0n ? 128 : 128 - difference.toString(2).length;
}
