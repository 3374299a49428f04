import { ADDRESS_BITS, type Address, type Family } from '../net/address.ts';
import { Partition } from '../net/partition.ts';
import { maskOfLength, type Prefix, parsePrefix } from '../net/prefix.ts';
import { allAddresses, prefixIntervals } from '../net/prefix-intervals.ts';
import { PRIVATE_PREFIXES, SPECIAL_RANGES } from '../net/special-ranges.ts';

/** Where blocks of addresses begin and end: two addresses in one stretch between are in the same blocks. */
export class Blocks {
  readonly #family: Family;
  readonly #ranges: (readonly [bigint, bigint])[] = [];
  /** The first and the last address of each block: the network's own, and its broadcast address. */
  readonly #ends = new Set<bigint>();
  readonly #met = new Set<string | bigint>();
  #stretches: Partition | null = null;

  constructor(family: Family) {
    this.#family = family;
    for (const range of SPECIAL_RANGES[family]) this.#add(range);
    for (const prefix of PRIVATE_PREFIXES) if (prefix.family === family) this.#addPrefix(prefix);
  }

  /**
   * Adds a block.
   * @param text `10.0.0.0/8`, `10.0.0.0/255.0.0.0`
   * @returns false where it is no one stretch of addresses, as `10.0.0.1/255.0.0.255`
   */
  addPrefix(text: string): boolean {
    if (this.#met.has(text)) return true;
    const prefix = parsePrefix(text);
    if (prefix === null || !this.#addPrefix(prefix)) return false;
    this.#met.add(text);
    return true;
  }

  /** Adds all blocks that the address is in: its length may stand elsewhere. */
  addAddress({ value }: Address): void {
    if (this.#met.has(value)) return;
    this.#met.add(value);
    for (let length = 1; length < ADDRESS_BITS[this.#family]; length++) {
      const mask = maskOfLength(this.#family, length);
      this.#addPrefix({ family: this.#family, value: value & mask, mask });
    }
  }

  /** @returns a number that addresses share which are in the same blocks; null for an address that a block may treat as its own. */
  placeOf({ value }: Address): number | null {
    if (this.#ends.has(value)) return null;
    const [, end = 0n] = allAddresses(this.#family).bounds;
    this.#stretches ??= new Partition(end, this.#ranges);
    return this.#stretches.indexOf(value);
  }

  #addPrefix(prefix: Prefix): boolean {
    const [range, ...others] = prefixIntervals(prefix)?.ranges() ?? [];
    if (range === undefined || others.length > 0) return false;
    this.#add(range);
    return true;
  }

  #add(range: readonly [bigint, bigint]): void {
    this.#ranges.push(range);
    for (const end of range) this.#ends.add(end);
    this.#stretches = null;
  }
}
