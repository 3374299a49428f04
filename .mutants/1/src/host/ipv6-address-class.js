const NODE = 1;
const LINK = 2;
const SITE = 5;
const GLOBAL = 14;
/** @returns the class of the address with this value. */
export function ipv6Class(value) {
    const top = Number(value >> 112n);
    if (top >> 13 !== 0 && top >> 13 !== 7)
        return make(GLOBAL, { unicast: true });
    if (top >> 8 === 0xff)
        return make(top & 0xf, { multicast: true });
    if (top >> 6 === 0x3fa)
        return make(LINK, { unicast: true, linkLocal: true });
    if (top >> 6 === 0x3fb)
        return make(SITE, { unicast: true });
    if (top >> 9 === 0x7e)
        return make(GLOBAL, { unicast: true });
    if (value === 0n)
        return make(-1, { unspecified: true });
    if (value === 1n)
        return make(LINK, { unicast: true, loopback: true });
    if (value >> 32n === 0n)
        return make(GLOBAL, { unicast: true, compatible: true });
    if (value >> 32n === 0xffffn)
        return make(GLOBAL, { mapped: true });
    // Reserved: none of the named kinds.
    return make(GLOBAL, {});
}
/**
 * The bits of `__ipv6_addr_type` below IPV6_ADDR_SCOPE_MASK (include/net/ipv6.h), which are not its scope: ::1 and
 * fe80::1 share none, ::192.0.2.1 has one of its own, and global addresses have none.
 */
export function scopeBits(value) {
    const { multicast, loopback, linkLocal, compatible, unicast, scope } = ipv6Class(value);
    if (multicast)
        return scope === NODE ? LOOPBACK : scope === LINK ? LINK_LOCAL : scope === SITE ? SITE_LOCAL : 0;
    if (loopback)
        return LOOPBACK;
    if (linkLocal)
        return LINK_LOCAL;
    if (compatible)
        return COMPATIBLE;
    return unicast && scope === SITE ? SITE_LOCAL : 0;
}
const LOOPBACK = 0x10;
const LINK_LOCAL = 0x20;
const SITE_LOCAL = 0x40;
const COMPATIBLE = 0x80;
function make(scope, set) {
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
