import type { Host, IpSet } from '../../host/facts.ts';
import { type SetIndex, setIndex } from '../../host/set-index.ts';
import type { Dimension } from '../../host/set-key.ts';
import { sameAddress } from '../../net/address.ts';
import { hasPorts } from '../../net/protocol.ts';
import type { IpsetLookup } from '../../rules/test.ts';
import type { PacketState, SetChanged } from '../state.ts';

/** The fields of a packet that a set may hold, then and now. */
type Ends = Pick<SetChanged, 'protocol' | 'source' | 'sourcePort' | 'destination' | 'destinationPort'>;

/**
 * What rules on the packet's way, or on that of an earlier one of its connection, say of a look-up: the set has, or no longer
 * has, just this element.
 * @returns null where no rule changed it; `unknown` where one may have
 */
export function changedSet(
  asked: IpsetLookup,
  state: PacketState,
  { ipsets }: Host,
): 'yes' | 'no' | 'unknown' | null {
  const set = ipsets?.get(asked.set) ?? null;
  for (const change of state.setChanges.toReversed()) {
    if (change.set !== asked.set) continue;
    const same = isSameElement(change, asked, state, set);
    if (same === null) return 'unknown';
    if (!same) continue;
    if (set === null) return change.added ? 'yes' : 'no';
    if (!isPlain(set) || (change.added && !hasRoom(set))) return 'unknown';
    return change.added ? 'yes' : 'no';
  }
  return null;
}

/**
 * Whether an element that a rule enters or takes out is all that decides of it: a network with `nomatch` may have its place
 * (mtype_add, net/netfilter/ipset/ip_set_hash_gen.h), and outside of a bitmap's range there is none.
 */
function isPlain(set: IpSet): boolean {
  const dimensions = setIndex(set)?.dimensions;
  return dimensions !== undefined && set.type.startsWith('hash:') && !dimensions.includes('net');
}

/** A full set takes none (IPSET_ERR_HASH_FULL). */
function hasRoom(set: IpSet): boolean {
  const at = set.options.indexOf('maxelem');
  const most = at < 0 ? DEFAULT_MAXELEM : Number(set.options[at + 1]);
  return set.incomplete !== true && set.entries.length < most;
}

/** IPSET_DEFAULT_MAXELEM, include/linux/netfilter/ipset/ip_set_hash.h. */
const DEFAULT_MAXELEM = 65_536;

/** @returns whether a rule changed the very element that is asked for; null where that is not known. */
function isSameElement(
  change: SetChanged,
  asked: IpsetLookup,
  state: PacketState,
  set: IpSet | null,
): boolean | null {
  if (change.directions.join() === asked.directions.join() && isSamePacket(change, state)) return true;
  const index = set === null ? null : setIndex(set);
  // One that makes room for an element may lose any other.
  if (set === null || index === null || set.options.includes('forceadd')) return null;
  let result: boolean | null = true;
  for (const [at, dimension] of index.dimensions.entries()) {
    const same = isSameAt(dimension, [change, change.directions[at]], [state, asked.directions[at]], index);
    // A network may hold both.
    if (same === false) return dimension === 'net' ? null : false;
    if (same === null) result = null;
  }
  return result;
}

function isSamePacket(one: Ends, other: Ends): boolean {
  return (
    one.source === other.source &&
    one.sourcePort === other.sourcePort &&
    one.destinationPort === other.destinationPort &&
    sameAddress(one.destination, other.destination)
  );
}

type Side = readonly [ends: Ends, direction: 'src' | 'dst' | undefined];

function isSameAt(
  dimension: Dimension,
  one: Side,
  other: Side,
  { addressMask }: Pick<SetIndex, 'addressMask'>,
): boolean | null {
  if (one[1] === undefined || other[1] === undefined) return null;
  if (dimension === 'port') return isSamePort(one, other);
  if (dimension !== 'ip' && dimension !== 'net') return null;
  if (one[0].source === other[0].source && one[1] === 'src' && other[1] === 'src') return true;
  const [a, b] = [one, other].map(([{ source, destination }, side]) =>
    side === 'src' ? source.address : destination,
  );
  return a && b ? ((a.value ^ b.value) & addressMask) === 0n : null;
}

function isSamePort(one: Side, other: Side): boolean | null {
  if (one[0].protocol !== other[0].protocol) return false;
  if (!hasPorts(one[0].protocol)) return null;
  const [a, b] = [one, other].map(([{ sourcePort, destinationPort }, side]) =>
    side === 'src' ? sourcePort : destinationPort,
  );
  return a === null || b === null || a === undefined || b === undefined ? null : a === b;
}
