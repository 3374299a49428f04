/** What an IPv6 address is by its bits alone (`__ipv6_addr_type`, net/ipv6/addrconf_core.c). */
export interface Ipv6Class {
  readonly unspecified: boolean;
  readonly unicast: boolean;
  readonly multicast: boolean;
  readonly loopback: boolean;
  readonly linkLocal: boolean;
  readonly mapped: boolean;
  readonly compatible: boolean;
  /** As in RFC 4291: 1 node, 2 link, 5 site, 14 global; -1 for the unspecified address. Loopback counts as link. */
  readonly scope: number;
}

const LINK = 2;
const SITE = 5;
const GLOBAL = 14;

/** @returns the class of the address with this value. */
export function ipv6Class(value: bigint): Ipv6Class {
  const top = Number(value >> 112n);
  if (top >> 13 !== 0 && top >> 13 !== 7) return make(GLOBAL, { unicast: true });
  if (top >> 8 === 0xff) return make(top & 0xf, { multicast: true });
  if (top >> 6 === 0x3fa) return make(LINK, { unicast: true, linkLocal: true });
  if (top >> 6 === 0x3fb) return make(SITE, { unicast: true });
  if (top >> 9 === 0x7e) return make(GLOBAL, { unicast: true });
  if (value === 0n) return make(-1, { unspecified: true });
  if (value === 1n) return make(LINK, { unicast: true, loopback: true });
  if (value >> 32n === 0n) return make(GLOBAL, { unicast: true, compatible: true });
  if (value >> 32n === 0xffffn) return make(GLOBAL, { mapped: true });
  // Reserved: none of the named kinds.
  return make(GLOBAL, {});
}

function make(scope: number, set: Partial<Ipv6Class>): Ipv6Class {
  return {
    unspecified: false,
    unicast: false,
    multicast: false,
    loopback: false,
    linkLocal: false,
    mapped: false,
    compatible: false,
    ...set,
    scope,
  };
}
