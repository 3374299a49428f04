/**
 * The address that the kernel takes of a range (find_best_ips_proto, net/netfilter/nf_nat_core.c): a hash of the
 * packet's source, and unless `persistent` of its destination, both as NAT has left them so far, and of its conntrack zone. The hash has no secret,
 * so that the same client gets the same address after a reboot. It reads the addresses in the processor's byte order:
 * this is for little-endian ones (x86, ARM), so not for s390x.
 */
export function chosenOfRange({ from, to }, source, destination, persistent, zone, writes) {
    if (from === null)
        return null;
    const first = wordsOf({ ...source, value: from });
    const last = wordsOf({ ...source, value: to ?? from });
    const target = wordsOf(destination);
    const size = target.length;
    let hash = jhash4(wordsOf(source).map(swapped), persistent ? 0 : (swapped(target[size - 1] ?? 0) ^ zone) >>> 0);
    let whole = false;
    let value = 0n;
    for (let i = 0; i < size; i++) {
        const low = whole ? 0 : (first[i] ?? 0);
        const distance = whole ? 0xffffffff : ((last[i] ?? 0) - low + 1) >>> 0;
        const word = (low + Number((BigInt(hash) * BigInt(distance)) >> 32n)) >>> 0;
        if (word !== last[i])
            whole = true;
        // The hash goes on with the destination: where it is this that is written, with what was just written.
        if (!persistent)
            hash = (hash ^ swapped(writes === 'source' ? (target[i] ?? 0) : word)) >>> 0;
        value = (value << 32n) | BigInt(word);
    }
    return { family: source.family, value };
}
/** The address in 32-bit words, the first ones first. */
function wordsOf({ family, value }) {
    if (family === 'ipv4')
        return [Number(value)];
    return [96n, 64n, 32n, 0n].map((shift) => Number((value >> shift) & 0xffffffffn));
}
function swapped(word) {
    return ((word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | ((word & 0xff) << 24)) >>> 0;
}
const JHASH_INITVAL = 0xdeadbeef;
/** `jhash2` (include/linux/jhash.h) of four words; an IPv4 address is one word and three of zero. */
function jhash4(words, seed) {
    const start = (JHASH_INITVAL + (4 << 2) + seed) >>> 0;
    let [a, b, c] = mix((start + (words[0] ?? 0)) >>> 0, (start + (words[1] ?? 0)) >>> 0, (start + (words[2] ?? 0)) >>> 0);
    a = (a + (words[3] ?? 0)) >>> 0;
    return last(a, b, c);
}
function mix(x, y, z) {
    let [a, b, c] = [x, y, z];
    a = ((a - c) ^ rotated(c, 4)) >>> 0;
    c = (c + b) >>> 0;
    b = ((b - a) ^ rotated(a, 6)) >>> 0;
    a = (a + c) >>> 0;
    c = ((c - b) ^ rotated(b, 8)) >>> 0;
    b = (b + a) >>> 0;
    a = ((a - c) ^ rotated(c, 16)) >>> 0;
    c = (c + b) >>> 0;
    b = ((b - a) ^ rotated(a, 19)) >>> 0;
    a = (a + c) >>> 0;
    c = ((c - b) ^ rotated(b, 4)) >>> 0;
    b = (b + a) >>> 0;
    return [a, b, c];
}
function last(x, y, z) {
    let [a, b, c] = [x, y, z];
    c = ((c ^ b) - rotated(b, 14)) >>> 0;
    a = ((a ^ c) - rotated(c, 11)) >>> 0;
    b = ((b ^ a) - rotated(a, 25)) >>> 0;
    c = ((c ^ b) - rotated(b, 16)) >>> 0;
    a = ((a ^ c) - rotated(c, 4)) >>> 0;
    b = ((b ^ a) - rotated(a, 14)) >>> 0;
    c = ((c ^ b) - rotated(b, 24)) >>> 0;
    return c;
}
function rotated(word, by) {
    return ((word << by) | (word >>> (32 - by))) >>> 0;
}
