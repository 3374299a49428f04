const LOW_32 = (1n << 32n) - 1n;
const LOW_64 = (1n << 64n) - 1n;
/** Identifiers that people give by hand (`fe80::1`): they are the same everywhere. */
const BY_HAND = 1n << 16n;
/**
 * What stands before an IPv4 address: nothing (`::10.0.0.1`, RFC 4291 2.5.5.1), `::ffff:` (2.5.5.2), `::ffff:0:` (RFC 2765)
 * and `64:ff9b::` (RFC 6052).
 */
const BEFORE_IPV4 = new Set([0n, 0xffffn, 0xffff0000n, 0x64ff9bn << 64n]);
/** What stands before an IPv4 address in an interface identifier: nothing, or the mark of ISATAP (RFC 5214). */
const BEFORE_IPV4_IN_ID = new Set([0n, 0x5efen, 0x02005efen]);
/**
 * Renames IPv6 addresses of ::/8 and fe80::/10, whose networks are the same everywhere, while what is in them may be an IPv4
 * address, a MAC address or anything else.
 * @returns null for any other address.
 */
export function renameByParts(value, names) {
    if (value >> 118n === 0x3fan)
        return ((value >> 64n) << 64n) | renameId(value & LOW_64, names);
    if (value >> 120n !== 0n)
        return null;
    if (value < BY_HAND)
        return value;
    const head = value >> 32n;
    if (BEFORE_IPV4.has(head))
        return (head << 32n) | names.ipv4(value & LOW_32);
    const tail = value & ((1n << 96n) - 1n);
    return tail === 0n ? value : ((value >> 96n) << 96n) | names.scramble(tail, 96);
}
function renameId(id, names) {
    if (id < BY_HAND)
        return id;
    if (((id >> 24n) & 0xffffn) === 0xfffen)
        return renameMacId(id, names);
    const head = id >> 32n;
    if (BEFORE_IPV4_IN_ID.has(head))
        return (head << 32n) | names.ipv4(id & LOW_32);
    return names.scramble(id, 64);
}
/** An identifier made of a MAC address: `ff:fe` in the middle, and one bit turned (RFC 4291, appendix A). */
function renameMacId(id, names) {
    const bytes = (((id >> 40n) << 24n) | (id & 0xffffffn)) ^ (2n << 40n);
    const text = bytes
        .toString(16)
        .padStart(12, '0')
        .replace(/..(?=.)/g, '$&:');
    const renamed = BigInt(`0x${names.mac(text).replaceAll(':', '')}`) ^ (2n << 40n);
    return ((renamed >> 24n) << 40n) | (0xfffen << 24n) | (renamed & 0xffffffn);
}
