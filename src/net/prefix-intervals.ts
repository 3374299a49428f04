import { ADDRESS_BITS, type Family } from './address.ts';
import { Intervals } from './intervals.ts';
import type { Prefix } from './prefix.ts';

/** @returns every address of a family. */
export function allAddresses(family: Family): Intervals {
  return Intervals.range(0n, (1n << BigInt(ADDRESS_BITS[family])) - 1n);
}

/** Masks with holes make many ranges; of more than this they are not listed. */
const MOST_RANGES = 4096n;

/** @returns the addresses of a prefix, or null where a mask with holes makes too many ranges of them. */
export function prefixIntervals({ family, value, mask }: Prefix): Intervals | null {
  const all = (1n << BigInt(ADDRESS_BITS[family])) - 1n;
  const free = all & ~mask;
  // Free bits at the low end make one range; each free bit above them doubles the number of ranges.
  const width = lowOnes(free);
  const above = free >> BigInt(width);
  let bits: bigint[] = [];
  for (let bit = 0; above >> BigInt(bit) !== 0n; bit++)
    if (((above >> BigInt(bit)) & 1n) === 1n) bits = [...bits, 1n << BigInt(bit + width)];
  if (1n << BigInt(bits.length) > MOST_RANGES) return null;
  const size = (1n << BigInt(width)) - 1n;
  let starts = [value];
  for (const bit of bits) starts = starts.flatMap((start) => [start, start | bit]);
  return Intervals.of(starts.map((start) => [start, start + size]));
}

function lowOnes(value: bigint): number {
  let count = 0;
  while (((value >> BigInt(count)) & 1n) === 1n) count++;
  return count;
}

/** @returns the prefix that holds exactly the addresses from one to another; null where none does. */
export function prefixIn(family: Family, from: bigint, to: bigint): Prefix | null {
  const free = from ^ to;
  const isOne = (free & (free + 1n)) === 0n && (from & free) === 0n;
  return isOne ? { family, value: from, mask: ((1n << BigInt(ADDRESS_BITS[family])) - 1n) ^ free } : null;
}
