import type { PrefixBits, PrefixTranslation } from '../iptables/target.ts';
import type { Address } from '../net/address.ts';

/**
 * One IPv6 prefix for another, with one word behind it changed so that no checksum does (ip6t_npt_map_pfx, net/ipv6/netfilter/ip6t_NPT.c).
 * @returns null for an address that has no word for that: the kernel drops the packet, and answers with a parameter problem
 */
export function translated({ value }: Address, { from, to }: PrefixTranslation): Address | null {
  const length = Math.max(from.length, to.length);
  const host = (1n << BigInt(128 - length)) - 1n;
  const moved = (value & host) | (to.value & ~host);
  const words = wordsOf(moved);
  const at = length <= 48 ? 3 : words.findIndex((word, index) => index >= 4 && word !== 0xffff);
  const word = words[at];
  if (word === undefined) return null;
  const sum = fold(word + fold(sumOf(from) + (~sumOf(to) & 0xffff)));
  words[at] = sum === 0xffff ? 0 : sum;
  return {
    family: 'ipv6',
    value: words.reduce((whole, each) => (whole << 16n) | BigInt(each), 0n),
  };
}

function sumOf({ value }: PrefixBits): number {
  return wordsOf(value).reduce((sum, word) => fold(sum + word), 0);
}

/** One's complement: what is carried out comes in again. */
function fold(sum: number): number {
  return (sum & 0xffff) + (sum >>> 16);
}

function wordsOf(value: bigint): number[] {
  return Array.from({ length: 8 }, (_, at) => Number((value >> BigInt(112 - at * 16)) & 0xffffn));
}
