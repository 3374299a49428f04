import { ADDRESS_BITS, type Family } from '../net/address.ts';
import { maskOfLength, type Prefix, parsePrefix } from '../net/prefix.ts';
import type { IpSet } from './facts.ts';
import { type Dimension, dimensionsOf, readMembers, type SetKey, type SetMember } from './set-key.ts';

/** A set arranged for look-up. */
export interface SetIndex {
  readonly dimensions: readonly Dimension[];
  /** What `netmask` or `bitmask` leaves of the packet's addresses. */
  readonly addressMask: bigint;
  readonly markMask: number;
  readonly size: number;
  /** @returns the members whose first address holds the given one; all of them for null, or where the set has no address first. */
  candidates(address: bigint | null): Iterable<SetMember>;
}

const cache = new WeakMap<IpSet, SetIndex | 'unsupported'>();

/** @returns the set arranged for look-up, made once; null for a type that is not known. */
export function setIndex(set: IpSet): SetIndex | null {
  const index = cache.get(set) ?? build(set) ?? 'unsupported';
  cache.set(set, index);
  return index === 'unsupported' ? null : index;
}

/** @returns the prefix of an address; null where the set looks at a part of addresses only. */
export function wholePrefix({ addressMask }: SetIndex, { family }: IpSet, key: SetKey): Prefix | null {
  if (key.kind !== 'address' || addressMask !== maskOfLength(family, ADDRESS_BITS[family])) return null;
  const mask = maskOfLength(family, key.length);
  return { family, value: key.value & mask, mask };
}

/** @returns whether `--return-nomatch` turns a found element round: it does of networks alone (IPSET_TYPE_NOMATCH in ip_set_test, ip_set_core.c). */
export function isInverted({ dimensions }: SetIndex, returnNomatch: boolean | undefined): boolean {
  return returnNomatch === true && dimensions.includes('net');
}

function build(set: IpSet): SetIndex | null {
  const dimensions = dimensionsOf(set.type);
  const addressMask = readAddressMask(set);
  if (dimensions === null || addressMask === null) return null;
  const members = set.entries.flatMap((entry) => readMembers(set, dimensions, entry));
  const byLength = new Map<number, Map<bigint, SetMember[]>>();
  const others: SetMember[] = [];
  for (const member of members) {
    const [first] = member.keys;
    if (first?.kind !== 'address') {
      others.push(member);
      continue;
    }
    const networks = byLength.get(first.length) ?? new Map<bigint, SetMember[]>();
    byLength.set(first.length, networks);
    const list = networks.get(first.value);
    if (list === undefined) networks.set(first.value, [member]);
    else list.push(member);
  }
  const { family } = set;
  return {
    dimensions,
    addressMask,
    markMask: Number(option(set, 'markmask') ?? 0xffffffff) >>> 0,
    size: members.length,
    candidates: (address) => (address === null ? members : holding(address, family, byLength, others)),
  };
}

function* holding(
  address: bigint,
  family: Family,
  byLength: ReadonlyMap<number, ReadonlyMap<bigint, readonly SetMember[]>>,
  others: readonly SetMember[],
): Generator<SetMember> {
  for (const [length, networks] of byLength) {
    yield* networks.get(address & maskOfLength(family, length)) ?? [];
  }
  yield* others;
}

function readAddressMask(set: IpSet): bigint | null {
  const all = maskOfLength(set.family, ADDRESS_BITS[set.family]);
  const text = option(set, 'netmask') ?? option(set, 'bitmask');
  if (text === null) return all;
  if (/^\d+$/.test(text)) {
    return Number(text) <= ADDRESS_BITS[set.family] ? maskOfLength(set.family, Number(text)) : null;
  }
  const mask = parsePrefix(text);
  return mask !== null && mask.family === set.family ? mask.value : null;
}

function option(set: IpSet, name: string): string | null {
  const at = set.options.indexOf(name);
  return at < 0 ? null : (set.options[at + 1] ?? null);
}
