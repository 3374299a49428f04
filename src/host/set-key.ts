import { ADDRESS_BITS, type Address, type Family, parseAddress } from '../net/address.ts';
import { maskOfLength } from '../net/prefix.ts';
import { ICMP, ICMPV6, parseProtocol, TCP } from '../net/protocol.ts';
import type { IpSet, IpSetEntry, SetMark } from './facts.ts';
import { icmpNumber } from './icmp-names.ts';

/** What one dimension of a set holds, from the words of its type: `hash:net,port` → net, port. */
export type Dimension = 'ip' | 'net' | 'port' | 'mac' | 'iface' | 'mark' | 'set';

/** One dimension of one element. `any` stands for a part that was left out. */
export type SetKey =
  | { readonly kind: 'address'; readonly value: bigint; readonly length: number }
  | { readonly kind: 'port'; readonly protocol: number; readonly from: number; readonly to: number }
  | { readonly kind: 'mac'; readonly mac: string }
  | { readonly kind: 'iface'; readonly name: string; readonly physdev: boolean; readonly wildcard: boolean }
  | { readonly kind: 'mark'; readonly mark: number }
  | { readonly kind: 'set'; readonly name: string }
  | { readonly kind: 'any' }
  /** The part cannot be read: whether it matches is not known. */
  | { readonly kind: 'unreadable' };

/** An element of a set, read. */
export interface SetMember {
  readonly keys: readonly SetKey[];
  readonly nomatch: boolean;
  readonly mark: SetMark;
}

/** An element without one changes nothing. */
const NO_MARK: SetMark = { value: 0, mask: 0 };

/** @returns the dimensions of a set of this type, or null for a type that no known ipset has. */
export function dimensionsOf(type: string): Dimension[] | null {
  const [method, rest] = type.split(':');
  if (rest === undefined || (method !== 'hash' && method !== 'bitmap' && method !== 'list')) return null;
  const words = rest.split(',');
  return words.every(isDimension) ? words : null;
}

function isDimension(word: string): word is Dimension {
  return ['ip', 'net', 'port', 'mac', 'iface', 'mark', 'set'].includes(word);
}

/** @returns the members that an element of the dump stands for: several where it names a range of addresses. */
export function readMembers(set: IpSet, dimensions: readonly Dimension[], entry: IpSetEntry): SetMember[] {
  let lists: SetKey[][] = [[]];
  dimensions.forEach((dimension, at) => {
    const keys = readKeys(set, dimension, entry.parts[at], entry.wildcard === true);
    lists = lists.flatMap((list) => keys.map((key) => [...list, key]));
  });
  return lists.map((keys) => ({ keys, nomatch: entry.nomatch, mark: entry.mark ?? NO_MARK }));
}

function readKeys(set: IpSet, dimension: Dimension, part: string | undefined, wildcard: boolean): SetKey[] {
  if (part === undefined) return [{ kind: dimension === 'mac' ? 'any' : 'unreadable' }];
  switch (dimension) {
    case 'ip':
    case 'net':
      return readAddresses(part, set.family);
    case 'port':
      return [set.type === 'bitmap:port' ? readPlainPort(part) : readPort(part)];
    case 'mac':
      return [{ kind: 'mac', mac: part.toLowerCase() }];
    case 'iface': {
      const physdev = part.startsWith('physdev:');
      return [{ kind: 'iface', name: physdev ? part.slice(8) : part, physdev, wildcard }];
    }
    case 'mark':
      return /^(0x[0-9a-fA-F]+|\d+)$/.test(part)
        ? [{ kind: 'mark', mark: Number(part) }]
        : [{ kind: 'unreadable' }];
    case 'set':
      return [{ kind: 'set', name: part }];
    default: {
      const unhandled: never = dimension;
      return unhandled;
    }
  }
}

/** Reads `10.0.0.1`, `10.0.0.0/8`, `10.0.0.1-10.0.0.9`, and `0/0` for everything. */
function readAddresses(text: string, family: Family): SetKey[] {
  const bits = ADDRESS_BITS[family];
  const [first = '', last] = text.split('-');
  const [addressText = '', lengthText] = first.split('/');
  const address = parseAddress(addressText === '0' ? '0.0.0.0' : addressText);
  const length = lengthText === undefined ? bits : /^\d+$/.test(lengthText) ? Number(lengthText) : bits + 1;
  if (address === null || length > bits || (address.family !== family && length !== 0)) {
    return [{ kind: 'unreadable' }];
  }
  if (last === undefined) {
    return [{ kind: 'address', value: address.value & maskOfLength(family, length), length }];
  }
  const end = parseAddress(last);
  if (end === null || end.family !== family) return [{ kind: 'unreadable' }];
  return coverRange(address, end, bits);
}

/** Splits a range into prefixes as ipset itself does (`ip_set_range_to_cidr`). */
function coverRange(first: Address, last: Address, bits: number): SetKey[] {
  const keys: SetKey[] = [];
  let [from, to] = [first.value, last.value];
  if (from > to) [from, to] = [to, from];
  while (from <= to) {
    let free = 0;
    while (free < bits) {
      const size = 1n << BigInt(free + 1);
      if (from % size !== 0n || from + size - 1n > to) break;
      free++;
    }
    keys.push({ kind: 'address', value: from, length: bits - free });
    from += 1n << BigInt(free);
  }
  return keys;
}

function readPlainPort(text: string): SetKey {
  const [from, to] = numberRange(text.slice(text.indexOf(':') + 1));
  return from === null ? { kind: 'unreadable' } : { kind: 'port', protocol: TCP, from, to };
}

/** Reads `80`, `80-90`, `udp:53`, `icmp:8/0`, `icmp:echo-request`, `gre:0`; without a protocol it is TCP. */
function readPort(text: string): SetKey {
  const colon = text.indexOf(':');
  const protocol = colon < 0 ? TCP : parseProtocol(text.slice(0, colon));
  const value = text.slice(colon + 1);
  if (protocol === null) return { kind: 'unreadable' };
  if ((protocol === ICMP || protocol === ICMPV6) && !/^\d+$/.test(value)) {
    const number = icmpNumber(value, protocol === ICMP ? 4 : 6);
    return number === null ? { kind: 'unreadable' } : { kind: 'port', protocol, from: number, to: number };
  }
  const [from, to] = numberRange(value);
  return from === null ? { kind: 'unreadable' } : { kind: 'port', protocol, from, to };
}

function numberRange(text: string): [number, number] | [null, null] {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (match === null) return [null, null];
  const from = Number(match[1]);
  return [from, match[2] === undefined ? from : Number(match[2])];
}
