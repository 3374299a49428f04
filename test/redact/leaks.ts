import { type Address, formatAddress, parseAddress } from '../../src/net/address.ts';
import { isWellKnown } from '../../src/redact/address-map.ts';

/** What must not be left: as it is called in the capture, and all ways to write it that are searched. */
export interface Original {
  readonly name: string;
  readonly forms: readonly string[];
}

const bytesOf = ({ family, value }: Address): number[] =>
  Array.from({ length: family === 'ipv4' ? 4 : 16 }, (_, at) =>
    Number((value >> BigInt(8 * at)) & 255n),
  ).reverse();
const hexOf = (bytes: readonly number[]): string =>
  bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** @returns an address as it was written, plain, reversed, as a number and in hexadecimal; IPv6 also in full and half of it. */
export function formsOfAddress(address: Address): string[] {
  const bytes = bytesOf(address);
  const reversed = [...bytes].reverse();
  const numbers = [address.value, BigInt(`0x${hexOf(reversed)}`)].map(String);
  const hexes = [hexOf(bytes), hexOf(reversed)];
  if (address.family === 'ipv4') {
    const dotted = [bytes, reversed].flatMap((all) => [all.join('.'), all.join('-'), all.join('_')]);
    return [...dotted, ...numbers, ...hexes];
  }
  // What is behind the network names the machine, unless it is as small as anybody's: fd00::1.
  const machine = address.value & ((1n << 64n) - 1n);
  return [
    formatAddress(address),
    ...numbers,
    ...hexes,
    ...(machine >> 32n === 0n ? [] : [hexOf(bytes.slice(8))]),
  ];
}

/** @returns a MAC address in every spelling, and within an IPv6 address that is made of it. */
export function formsOfMac(text: string): string[] {
  const bytes = text.split(':').map((byte) => Number.parseInt(byte, 16));
  const [first = 0, ...rest] = bytes;
  const inside = [first ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
  return [text, text.replaceAll(':', '-'), hexOf(bytes), hexOf([...bytes].reverse()), hexOf(inside)];
}

/** Where the private networks begin, which everybody has. */
const EVERYBODYS: ReadonlySet<string> = new Set(['10.0.0.0', '172.16.0.0', '192.168.0.0']);

/** @returns every address and MAC address in a text, found with nothing but patterns. */
export function addressesIn(text: string): Original[] {
  const found = new Map<string, readonly string[]>();
  for (const [token] of text.matchAll(/(?<![\w.:])[0-9a-fA-F.:]{4,}(?![\w.:])/g)) {
    const address = parseAddress(token);
    if (/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(token)) {
      if (!/^(..)(:\1){5}$/.test(token)) found.set(token, formsOfMac(token));
    } else if (address !== null && !EVERYBODYS.has(token) && !isWellKnown(address.family, address.value))
      found.set(token, formsOfAddress(address));
  }
  return [...found].map(([name, forms]) => ({ name, forms }));
}

/** All that a piece of text may say: an IPv6 address also says what IPv4 address and what machine stand in it. */
function saidBy(piece: string): string[] {
  const lower = piece.toLowerCase();
  const address = parseAddress(lower);
  if (address === null || address.family === 'ipv4') return [lower];
  const hex = hexOf(bytesOf(address));
  return [lower, formatAddress(address), hex, ...windows(hex)];
}

/** Four, six, eight and sixteen bytes at every place. */
const windows = (hex: string): string[] =>
  [8, 12, 16, 32].flatMap((size) =>
    Array.from({ length: Math.max(0, Math.floor((hex.length - size) / 2) + 1) }, (_, at) =>
      hex.slice(2 * at, 2 * at + size),
    ),
  );

const PIECES: readonly RegExp[] = [
  /[\w.:-]+/g,
  // With ports, lengths and marks of other formats around it.
  /(?<!\d\.?)\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)/g,
  /(?<!\d)\d{1,3}(?:-\d{1,3}){3}(?!\d)/g,
  /(?<!\d)\d{1,3}(?:_\d{1,3}){3}(?!\d)/g,
  /(?<!\d)\d{8,39}(?!\d)/g,
  /[0-9a-f:]*:[0-9a-f:.]+/gi,
  /(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}/gi,
  // Where names are not counted off from what is around them: veth_acme, acme/web, acme.svc.
  /[a-z0-9]+(?:-[a-z0-9]+)*/gi,
];

/** @returns what is left of them in a text, with the piece in which it is. */
export function findLeaks(text: string, originals: readonly Original[]): [name: string, piece: string][] {
  const wanted = new Map(
    originals.flatMap(({ name, forms }) => forms.map((form) => [form.toLowerCase(), name] as const)),
  );
  const left = new Map<string, string>();
  const look = (said: string, piece: string): void => {
    const name = wanted.get(said);
    if (name !== undefined) left.set(name, piece);
  };
  for (const pattern of PIECES) {
    for (const [piece] of text.matchAll(pattern)) {
      for (const part of new Set([
        piece,
        piece.replace(/^[:.-]+|[:.-]+$/g, ''),
        piece.replace(/:\d+$/, ''),
        ...piece.split(':'),
      ]))
        for (const said of saidBy(part)) look(said, piece);
    }
  }
  for (const [, hex = ''] of text.matchAll(/(?<![0-9a-f])(?:0x)?((?:[0-9a-f]{2}){4,})(?![0-9a-f])/gi))
    for (const said of windows(hex.toLowerCase())) look(said, hex);
  return [...left];
}
