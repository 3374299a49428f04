import type { Host, IpSet } from '../../host/facts.ts';
import { setIndex } from '../../host/set-index.ts';
import { type Dimension, dimensionsOf, type SetMember } from '../../host/set-key.ts';
import { ADDRESS_BITS, type Family } from '../../net/address.ts';
import { Partition } from '../../net/partition.ts';

/** What an ipset of either side can tell apart in a packet. */
export interface SetPartition {
  readonly addresses: Partition;
  readonly ports: Partition;
  /** Marks of members, and the bits that their sets look at. */
  readonly marks: readonly { readonly mark: number; readonly mask: number }[];
  /** True where the set asks for one address and nothing else, on both sides. */
  readonly addressOnly: boolean;
  /** Everything that members ask for, on either side. */
  readonly dimensions: ReadonlySet<Dimension>;
  /** @returns true where no member of any side begins with a network that holds the address. */
  holdsNothingAt(address: bigint): boolean;
}

const ALL_DIMENSIONS: readonly Dimension[] = ['ip', 'port', 'iface', 'mark'];

/** @returns how a set, as both sides have it, cuts addresses and ports. */
export function partitionSet(hosts: readonly [Host, Host], name: string, family: Family): SetPartition {
  const sets = hosts.flatMap((host) => setsOf(host, name));
  const all = (1n << BigInt(ADDRESS_BITS[family])) - 1n;
  const addresses: [bigint, bigint][] = [];
  const ports: [bigint, bigint][] = [];
  const marks: { mark: number; mask: number }[] = [];
  for (const set of sets) {
    const index = setIndex(set);
    if (index === null || set.family !== family) continue;
    const loose = all & ~index.addressMask;
    for (const key of membersOf(set).flatMap(({ keys }) => keys)) {
      if (key.kind === 'port') ports.push([BigInt(key.from), BigInt(key.to)]);
      if (key.kind === 'mark') marks.push({ mark: (key.mark & index.markMask) >>> 0, mask: index.markMask });
      if (key.kind !== 'address') continue;
      const rest = (1n << (BigInt(ADDRESS_BITS[family]) - BigInt(key.length))) - 1n;
      addresses.push([key.value & ~loose, key.value | rest | loose]);
    }
  }
  return {
    addresses: new Partition(all, addresses),
    ports: new Partition(65535n, ports),
    marks,
    dimensions: new Set(sets.flatMap((set) => dimensionsOf(set.type) ?? ALL_DIMENSIONS)),
    holdsNothingAt: (address) =>
      sets.every((set) => {
        const index = setIndex(set);
        if (index === null) return false;
        for (const _ of index.candidates(address & index.addressMask)) return false;
        return true;
      }),
    addressOnly: sets.every((set) => /^[a-z]+:(?:ip|net)$/.test(set.type)),
  };
}

/** @returns the members of a set, read. */
export function membersOf(set: IpSet): readonly SetMember[] {
  return [...(setIndex(set)?.candidates(null) ?? [])];
}

function setsOf(host: Host, name: string): IpSet[] {
  const set = host.ipsets?.get(name);
  if (set === undefined) return [];
  if (set.type !== 'list:set') return [set];
  return set.entries.flatMap(({ parts: [member = ''] }) => {
    const inner = host.ipsets?.get(member);
    return inner === undefined || inner.type === 'list:set' ? [] : [inner];
  });
}
