import { createHash } from 'node:crypto';
import { ADDRESS_BITS, type Address, type Family } from '../net/address.ts';
import { maskOfLength, type Prefix } from '../net/prefix.ts';

/** Networks whose addresses mean the same everywhere: "this host", loopback, link-local, multicast and class E. */
const WELL_KNOWN: Readonly<Record<Family, readonly (readonly [value: bigint, length: number])[]>> = {
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
  readonly #key: string;
  /** Bits to invert for each prefix met, by `family/length/value`. */
  readonly #swaps = new Map<string, boolean>();
  readonly #frozen = new Set<string>();
  readonly #whole = new Set<string>();

  /** @param key any text; the same key gives the same names. */
  constructor(key: string) {
    this.#key = key;
  }

  /** Keeps the first and the last addresses of a network its first and last ones: network, broadcast, neighbours of them. */
  keepEnds({ family, value, mask }: Prefix): void {
    const bits = ADDRESS_BITS[family];
    const length = bitCount(mask);
    const last = value | (maskOfLength(family, bits) ^ mask);
    for (let depth = length; depth < bits; depth++) {
      this.#frozen.add(keyOf(family, depth, value));
      this.#frozen.add(keyOf(family, depth, last));
    }
  }

  /** Keeps the order of all addresses within the smallest network that holds both, so that a range stays a range. */
  keepOrder(from: Address, to: Address): void {
    const bits = ADDRESS_BITS[from.family];
    let length = bits;
    while (length > 0 && (from.value ^ to.value) >> BigInt(bits - length) !== 0n) length--;
    this.#whole.add(keyOf(from.family, length, from.value));
  }

  /** @returns the address under its new name. */
  rename(address: Address): Address {
    const { family, value } = address;
    if (isWellKnown(family, value)) return address;
    const bits = ADDRESS_BITS[family];
    let renamed = value;
    for (let depth = 0; depth < bits; depth++) {
      const key = keyOf(family, depth, value);
      if (this.#whole.has(key)) break;
      let swap = this.#swaps.get(key);
      if (swap === undefined) {
        swap = !this.#frozen.has(key) && !leadsToWellKnown(family, depth, value) && this.#coin(key);
        this.#swaps.set(key, swap);
      }
      if (swap) renamed ^= 1n << BigInt(bits - 1 - depth);
    }
    return { family, value: renamed };
  }

  #coin(key: string): boolean {
    return ((createHash('sha256').update(`${this.#key} ${key}`).digest()[0] ?? 0) & 1) === 1;
  }
}

/** @returns true for addresses that keep their name. */
export function isWellKnown(family: Family, value: bigint): boolean {
  const bits = ADDRESS_BITS[family];
  return WELL_KNOWN[family].some(([base, length]) => (value ^ base) >> BigInt(bits - length) === 0n);
}

function leadsToWellKnown(family: Family, depth: number, value: bigint): boolean {
  const bits = ADDRESS_BITS[family];
  return WELL_KNOWN[family].some(
    ([base, length]) => length > depth && (value ^ base) >> BigInt(bits - depth) === 0n,
  );
}

function keyOf(family: Family, length: number, value: bigint): string {
  return `${family}/${length}/${(value >> BigInt(ADDRESS_BITS[family] - length)).toString(36)}`;
}

function bitCount(mask: bigint): number {
  return mask.toString(2).replaceAll('0', '').length;
}
