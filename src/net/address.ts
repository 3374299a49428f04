/** An address family, named as `ip -j` and conntrack name it in words. */
export type Family = 'ipv4' | 'ipv6';

/** Bits in an address of each family. */
export const ADDRESS_BITS: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };

/** An IPv4 or IPv6 address. `value` is the address in host order as an unsigned number. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

/**
 * Reads one address.
 * @param text `10.0.0.1`, `fd00::1`, `fd00:0192::0050`, `::ffff:10.0.0.1`; surrounding `[` `]` and a `%zone` are not accepted.
 * @returns the address, or null where the text is not one. Never throws.
 */
export function parseAddress(text: string): Address | null {
  const value = text.includes(':') ? parseIpv6(text) : parseIpv4(text);
  if (value === null) return null;
  return { family: text.includes(':') ? 'ipv6' : 'ipv4', value };
}

/** @returns the address in its shortest usual form (RFC 5952 for IPv6), as iptables-save and conntrack print it. */
export function formatAddress(address: Address): string {
  return address.family === 'ipv4' ? formatIpv4(address.value) : formatIpv6(address.value);
}

/** @returns true where both are the same address of the same family. */
export function sameAddress(a: Address, b: Address): boolean {
  return a.value === b.value && a.family === b.family;
}

/** @returns true for an address that no packet leaves its machine, or its pod, with: 127.0.0.0/8, ::1. */
export function isLoopback({ family, value }: Address): boolean {
  return family === 'ipv4' ? value >> 24n === 127n : value === 1n;
}

/** @returns true for an address that is an interface's own in its network alone: 169.254.0.0/16, fe80::/10. */
export function isLinkLocal({ family, value }: Address): boolean {
  return family === 'ipv6' ? value >> 118n === 0x3fan : value >> 16n === 0xa9fen;
}

/** By characters: on a large node this reads a million addresses. */
function parseIpv4(text: string): bigint | null {
  let value = 0;
  let part = 0;
  let digits = 0;
  let parts = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === DOT && digits > 0) {
      value = value * 256 + part;
      parts++;
      part = 0;
      digits = 0;
    } else if (code >= ZERO && code <= NINE && digits < 3) {
      part = part * 10 + code - ZERO;
      digits++;
    } else return null;
    if (part > 255) return null;
  }
  return parts === 4 && digits > 0 ? BigInt(value * 256 + part) : null;
}

const DOT = 46;
const ZERO = 48;
const NINE = 57;

function parseIpv6(text: string): bigint | null {
  let body = text;
  const tail: number[] = [];
  const lastColon = body.lastIndexOf(':');
  if (body.includes('.')) {
    const v4 = parseIpv4(body.slice(lastColon + 1));
    if (v4 === null) return null;
    tail.push(Number(v4 >> 16n), Number(v4 & 0xffffn));
    body = body.slice(0, lastColon + 1);
    if (!body.endsWith('::')) body = body.slice(0, -1);
  }
  const halves = body.split('::');
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0] ?? '');
  const rest = halves.length === 2 ? parseGroups(halves[1] ?? '') : [];
  if (head === null || rest === null) return null;
  const given = head.length + rest.length + tail.length;
  if (halves.length === 1 ? given !== 8 : given > 7) return null;
  const groups = [...head, ...new Array<number>(8 - given).fill(0), ...rest, ...tail];
  let value = 0n;
  for (const group of groups) value = (value << 16n) | BigInt(group);
  return value;
}

function parseGroups(text: string): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  for (const part of text.split(':')) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return null;
    groups.push(Number.parseInt(part, 16));
  }
  return groups;
}

function formatIpv4(value: bigint): string {
  const n = Number(value);
  return `${(n >>> 24) & 255}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
}

function formatIpv6(value: bigint): string {
  if (value >> 32n === 0xffffn) return `::ffff:${formatIpv4(value & 0xffffffffn)}`;
  const groups: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((value >> shift) & 0xffffn));
  let bestStart = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > bestLength) {
      bestStart = i;
      bestLength = length;
    }
  }
  const hex = groups.map((group) => group.toString(16));
  if (bestStart < 0) return hex.join(':');
  return `${hex.slice(0, bestStart).join(':')}::${hex.slice(bestStart + bestLength).join(':')}`;
}
