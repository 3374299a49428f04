import { ADDRESS_BITS, type Address, type Family, formatAddress, parseAddress } from './address.ts';

/**
 * An address with a mask, as `-s` and `-d` take it. The mask is any bit pattern: iptables accepts
 * discontiguous ones (`10.0.0.0/255.0.0.255`), so a length alone cannot hold it.
 */
export interface Prefix {
  readonly family: Family;
  /** Network bits; bits outside the mask are zero. */
  readonly value: bigint;
  readonly mask: bigint;
}

/** The masks of a family by their length, which every route asks for, and the way back. */
interface Masks {
  readonly byLength: readonly bigint[];
  readonly all: bigint;
  readonly lengths: ReadonlyMap<bigint, number>;
}

function masksOf(family: Family): Masks {
  const bits = ADDRESS_BITS[family];
  const all = (1n << BigInt(bits)) - 1n;
  const byLength = Array.from({ length: bits + 1 }, (_, length) => all ^ (all >> BigInt(length)));
  return { byLength, all, lengths: new Map(byLength.map((mask, length) => [mask, length])) };
}

const MASKS: Readonly<Record<Family, Masks>> = { ipv4: masksOf('ipv4'), ipv6: masksOf('ipv6') };

/** @returns the mask of `length` leading ones; of all bits for a length that the family does not have. */
export function maskOfLength(family: Family, length: number): bigint {
  const { byLength, all } = MASKS[family];
  return byLength[length] ?? all;
}

/** @returns how many leading ones the mask has, or null where it is discontiguous. */
export function lengthOfMask(family: Family, mask: bigint): number | null {
  return MASKS[family].lengths.get(mask) ?? null;
}

/** @returns the prefix that holds exactly this one address. */
export function hostPrefix(address: Address): Prefix {
  return {
    family: address.family,
    value: address.value,
    mask: maskOfLength(address.family, ADDRESS_BITS[address.family]),
  };
}

/**
 * Reads `10.0.0.0/8`, `10.0.0.0/255.0.0.255`, `fd00::/64`, or an address alone (all bits count).
 * @returns the prefix with the bits outside the mask cleared, or null. Never throws.
 */
export function parsePrefix(text: string): Prefix | null {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  if (slash < 0) return hostPrefix(address);
  const maskText = text.slice(slash + 1);
  let mask: bigint;
  if (/^\d+$/.test(maskText)) {
    const length = Number(maskText);
    if (length > ADDRESS_BITS[address.family]) return null;
    mask = maskOfLength(address.family, length);
  } else {
    const parsed = parseAddress(maskText);
    if (parsed === null || parsed.family !== address.family) return null;
    mask = parsed.value;
  }
  return { family: address.family, value: address.value & mask, mask };
}

/** @returns the prefix as iptables-save prints it: a length, or a dotted mask where it is discontiguous. */
export function formatPrefix(prefix: Prefix): string {
  const length = lengthOfMask(prefix.family, prefix.mask);
  const mask =
    length === null ? formatAddress({ family: prefix.family, value: prefix.mask }) : String(length);
  return `${formatAddress(prefix)}/${mask}`;
}

/** @returns true where the address lies in the prefix; false for another family. */
export function prefixContains(prefix: Prefix, address: Address): boolean {
  return prefix.family === address.family && (address.value & prefix.mask) === prefix.value;
}

/** @returns true where every address of `inner` lies in `outer`. */
export function prefixCovers(outer: Prefix, inner: Prefix): boolean {
  return (
    outer.family === inner.family &&
    (outer.mask & inner.mask) === outer.mask &&
    (inner.value & outer.mask) === outer.value
  );
}

/** @returns true where some address lies in both. */
export function prefixesOverlap(a: Prefix, b: Prefix): boolean {
  const common = a.mask & b.mask;
  return a.family === b.family && (a.value & common) === (b.value & common);
}

/** What is known of an address that is not: prefixes that it lies in, and prefixes that it lies outside of. */
export interface Whereabouts {
  readonly within: readonly Prefix[];
  readonly outside: readonly Prefix[];
}

/** @returns whether an address of which only this is known lies in the prefix; null where it may. */
export function liesIn(prefix: Prefix, { within, outside }: Whereabouts): boolean | null {
  if (prefix.mask === 0n) return true;
  if (within.some((known) => prefixCovers(prefix, known))) return true;
  if (within.some((known) => !prefixesOverlap(prefix, known))) return false;
  return outside.some((known) => prefixCovers(known, prefix)) ? false : null;
}
