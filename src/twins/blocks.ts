import { ADDRESS_BITS, type Address, type Family, parseAddress } from '../net/address.ts';
import { lengthOfMask, maskOfLength, parsePrefix } from '../net/prefix.ts';

/** Blocks that a kernel, or this program, treats as special, whatever was captured. */
const SPECIAL = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.168.0.0/16', '224.0.0.0/4', '240.0.0.0/4', '255.255.255.255/32'],
  ...['::/8', '::/96', '::ffff:0:0/96', '64:ff9b::/96', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
];

/** Where blocks of addresses begin and end: two addresses between the same borders are in the same blocks. */
export class Blocks {
  readonly #family: Family;
  readonly #borders = new Set<bigint>();
  /** The first and the last address of each block: the network's own, and its broadcast address. */
  readonly #edges = new Set<bigint>();
  readonly #spelled = new Set<string>();
  readonly #alone = new Set<bigint>();
  #sorted: readonly bigint[] | null = null;

  constructor(family: Family) {
    this.#family = family;
    for (const block of SPECIAL) {
      const prefix = parsePrefix(block);
      if (prefix?.family === family) this.#add(prefix.value, prefix.mask);
    }
  }

  /** Adds a block. @returns false where it cannot be told by two borders, as `10.0.0.1/255.0.0.255`. */
  addPrefix(address: Address, length: string): boolean {
    const key = `${address.value}/${length}`;
    if (this.#spelled.has(key)) return true;
    const bits = ADDRESS_BITS[this.#family];
    const isNumber = /^\d+$/.test(length) && Number(length) <= bits;
    const mask = isNumber
      ? maskOfLength(this.#family, Number(length))
      : (parseAddress(length)?.value ?? null);
    if (mask === null) return false;
    if (lengthOfMask(this.#family, mask) === null) return false;
    this.#spelled.add(key);
    this.#add(address.value & mask, mask);
    return true;
  }

  /** Adds all blocks that the address is in: its length may stand elsewhere. */
  addAddress({ value }: Address): void {
    if (this.#alone.has(value)) return;
    this.#alone.add(value);
    for (let length = 1; length < ADDRESS_BITS[this.#family]; length++) {
      const mask = maskOfLength(this.#family, length);
      this.#add(value & mask, mask);
    }
  }

  /** @returns a number that addresses share which are in the same blocks; null for an address that a block may treat as its own. */
  placeOf({ value }: Address): number | null {
    if (this.#edges.has(value)) return null;
    this.#sorted ??= [...this.#borders].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const sorted = this.#sorted;
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? 0n) <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #add(first: bigint, mask: bigint): void {
    const last = first | (maskOfLength(this.#family, ADDRESS_BITS[this.#family]) & ~mask);
    this.#borders.add(first).add(last + 1n);
    this.#edges.add(first).add(last);
    this.#sorted = null;
  }
}
