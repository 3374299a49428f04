import { createHash } from 'node:crypto';
import { ADDRESS_BITS } from '../net/address.js';
import { maskOfLength } from '../net/prefix.js';
/** Networks whose addresses mean the same everywhere: "this host", loopback, link-local, multicast and class E. */
const WELL_KNOWN = {
    ipv4: [
        [0n, 8],
        [127n << 24n, 8],
        [0xa9fen << 16n, 16],
        [0xe0n << 24n, 3],
    ],
    // ::/8 holds `::`, `::1` and IPv4-mapped addresses; fe80::/10 link-local; ff00::/8 multicast.
    ipv6: [
        [0n, 8],
        [0xfe80n << 112n, 10],
        [0xffn << 120n, 8],
    ],
};
/**
 * Renames addresses so that two that share their first n bits still do (as Crypto-PAn does): every prefix keeps its
 * length and what lies in it. Each node of the tree of prefixes swaps its halves or not, as a keyed hash says.
 * Well-known networks map to themselves, and nothing else maps into them.
 */
export class AddressMap {
    #key;
    /** What stands in the capture, and the ends of well-known networks, ascending. */
    #values;
    /** Bits to invert for each prefix met, by `family/length/value`. */
    #swaps = new Map();
    #frozen = new Set();
    #hasWideRanges = false;
    /**
     * @param key any text; the same key gives the same names.
     * @param known the addresses of the capture, needed where it has ranges that are wide ({@link hasWideRanges}).
     */
    constructor(key, known = []) {
        this.#key = key;
        this.#values = { ipv4: valuesOf(known, 'ipv4'), ipv6: valuesOf(known, 'ipv6') };
    }
    /** True where a range was noted that is so wide that its ends can keep their place among known addresses only. */
    get hasWideRanges() {
        return this.#hasWideRanges;
    }
    /**
     * Keeps the first and the last addresses of a network its first and last ones: network, broadcast, neighbours of them.
     * @param wide false: those of a wide network only within their own half, for they would show what begins like them.
     */
    keepEnds({ family, value, mask }, wide) {
        const bits = ADDRESS_BITS[family];
        const length = wide ? bitCount(mask) : Math.max(bitCount(mask), WIDE[family]);
        const last = value | (maskOfLength(family, bits) ^ mask);
        this.#freeze(family, value, length, bits);
        this.#freeze(family, last, length, bits);
    }
    /**
     * Keeps a range a range: what lies in it before does so after. On the way from the smallest network that holds both ends
     * down to an end, no halves are swapped; networks beside that way lie in the range or outside as a whole, and what is in
     * them is renamed freely. The ends of a wide range would keep too much of themselves in this way: they are followed only
     * as far as a known address outside goes along.
     */
    keepRange(from, to) {
        const { family } = from;
        const length = commonBits(family, from.value, to.value);
        if (isWide(family, length))
            this.#hasWideRanges = true;
        const ends = this.#endsOf(from, to);
        this.#freeze(family, from.value, length, ends.from);
        this.#freeze(family, to.value, length, ends.to);
    }
    /** @returns the ends under their new names; those of a wide range become the first and last address of their networks. */
    renameRange(from, to) {
        const { family } = from;
        if (!isWide(family, commonBits(family, from.value, to.value)))
            return [this.rename(from), this.rename(to)];
        const ends = this.#endsOf(from, to);
        const hostBits = (length) => (1n << BigInt(ADDRESS_BITS[family] - length)) - 1n;
        const first = this.rename(from).value & ~hostBits(ends.from);
        const last = this.rename(to).value | hostBits(ends.to);
        return [
            isWellKnown(family, from.value) ? from : { family, value: first },
            isWellKnown(family, to.value) ? to : { family, value: last },
        ];
    }
    /** @returns the lengths of the networks at both ends that hold no known address outside the range. */
    #endsOf(from, to) {
        const { family } = from;
        const length = commonBits(family, from.value, to.value);
        const bits = ADDRESS_BITS[family];
        if (!isWide(family, length))
            return { from: bits, to: bits };
        const values = this.#values[family];
        const before = values[firstIndex(values, from.value) - 1];
        const after = values[firstIndex(values, to.value + 1n)];
        const beyond = (end, next) => Math.max(length, next === undefined ? 0 : commonBits(family, end, next)) + 1;
        return { from: beyond(from.value, before), to: beyond(to.value, after) };
    }
    #freeze(family, value, from, to) {
        for (let depth = from; depth < to; depth++)
            this.#frozen.add(keyOf(family, depth, value));
    }
    /** @returns the address under its new name. */
    rename(address) {
        const { family, value } = address;
        if (isWellKnown(family, value))
            return address;
        const bits = ADDRESS_BITS[family];
        let renamed = value;
        for (let depth = 0; depth < bits; depth++) {
            const key = keyOf(family, depth, value);
            let swap = this.#swaps.get(key);
            if (swap === undefined) {
                swap = !this.#frozen.has(key) && !leadsToWellKnown(family, depth, value) && this.#coin(key);
                this.#swaps.set(key, swap);
            }
            if (swap)
                renamed ^= 1n << BigInt(bits - 1 - depth);
        }
        return { family, value: renamed };
    }
    #coin(key) {
        return ((createHash('sha256').update(`${this.#key} ${key}`).digest()[0] ?? 0) & 1) === 1;
    }
}
/** Half of an IPv4 address, and what a registry gives of IPv6. */
const WIDE = { ipv4: 16, ipv6: 32 };
/** @returns true where the smallest network around a range is so large that its length alone keeps half of the ends. */
function isWide(family, length) {
    return length < WIDE[family];
}
/**
 * @returns true where one address tells half of the other: both have the same first half, and it is not only the
 * beginning or end of a larger network (10.0.0.0, 172.31.255.255).
 */
export function tellsHalf(original, renamed) {
    const { family, value } = original;
    const bits = ADDRESS_BITS[family];
    if (commonBits(family, value, renamed.value) < WIDE[family])
        return false;
    const half = BigInt(bits - WIDE[family]);
    const isEnd = (each) => (each & ((1n << (half + 1n)) - 1n)) === 0n;
    return !isEnd(value) && !isEnd(value ^ ((1n << BigInt(bits)) - 1n));
}
function valuesOf(addresses, family) {
    const values = new Set(addresses.filter((address) => address.family === family).map(({ value }) => value));
    for (const [first, length] of WELL_KNOWN[family]) {
        values.add(first);
        values.add(first | ((1n << BigInt(ADDRESS_BITS[family] - length)) - 1n));
    }
    return [...values].sort((a, b) => (a < b ? -1 : 1));
}
/** @returns the index of the first value that is not below this one. */
function firstIndex(values, value) {
    let low = 0;
    let high = values.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if ((values[middle] ?? value) < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
function commonBits(family, a, b) {
    return a === b ? ADDRESS_BITS[family] : ADDRESS_BITS[family] - (a ^ b).toString(2).length;
}
/** @returns true for addresses that keep their name. */
export function isWellKnown(family, value) {
    const bits = ADDRESS_BITS[family];
    return WELL_KNOWN[family].some(([base, length]) => (value ^ base) >> BigInt(bits - length) === 0n);
}
function leadsToWellKnown(family, depth, value) {
    const bits = ADDRESS_BITS[family];
    return WELL_KNOWN[family].some(([base, length]) => length > depth && (value ^ base) >> BigInt(bits - depth) === 0n);
}
function keyOf(family, length, value) {
    return `${family}/${length}/${(value >> BigInt(ADDRESS_BITS[family] - length)).toString(36)}`;
}
function bitCount(mask) {
    return mask.toString(2).replaceAll('0', '').length;
}
