import type { Host } from '../../host/facts.ts';
import { findRoute, sentTo } from '../../host/find-route.ts';
import { isLocalAddress } from '../../host/local-addresses.ts';
import { type Address, parseAddress } from '../../net/address.ts';
import type { FamilyComparison } from '../compare-family.ts';
import type { DifferingClass } from '../explore/explore.ts';
import type { Fate } from '../explore/fate.ts';
import type { State } from '../two-sides.ts';

/**
 * How unusual a packet is, for choosing an example: a reader expects a new connection without a mark, node ports and load
 * balancers asked from outside at the node's own address, and cluster IPs asked from pods.
 */
export function oddness(
  one: DifferingClass,
  { space }: FamilyComparison,
  nodes: ReadonlySet<bigint>,
): number {
  const { packet } = one;
  const { routes } = space.hosts[1];
  const uplink = (routes[packet.family] ?? []).some(
    ({ destination, nextHops }) =>
      destination.mask === 0n && nextHops.some(({ device }) => device === packet.inInterface),
  );
  const local = space.hosts.some((host) => isLocalAddress(host, packet.destination) === true);
  return (
    (isUnlikely(one) ? 64 : 0) +
    (packet.mark === 0 ? 0 : 32) +
    (packet.state === 'NEW' ? 0 : 16) +
    (packet.protocol === 6 || packet.protocol === 17 ? 0 : 8) +
    (local && !nodes.has(packet.destination.value) ? 4 : 0) +
    (packet.entersAt === 'OUTPUT' ? (packet.source.address === null ? 2 : 3) : uplink === local ? 0 : 1) +
    (cameBackwards(packet, space.hosts[1]) ? 6 : 0) +
    (isItsOwnEndpoint(one) ? 0.75 : 0) +
    (isTranslated(one.before) || isTranslated(one.after) ? 0 : 0.5)
  );
}

/** A packet comes in where answers to it go out, unless somebody lies about the sender. */
function cameBackwards(packet: DifferingClass['packet'], host: Host): boolean {
  const { address } = packet.source;
  if (address === null || packet.entersAt === 'OUTPUT' || typeof packet.inInterface !== 'string')
    return false;
  const answer = findRoute(host, sentTo(address));
  return answer.kind === 'route' && answer.device !== packet.inInterface;
}

/** A pod that may reach itself through the Service is masqueraded for it, which others are not. */
function isItsOwnEndpoint({ packet, before, after }: DifferingClass): boolean {
  return [...before.ends.values(), ...after.ends.values()].some(
    ({ state }) => state.destination.value === packet.source.address?.value,
  );
}

function isTranslated({ ends }: Fate): boolean {
  return [...ends.values()].some((end) => end.isTranslated);
}

/** Addresses by which the cluster knows its nodes. */
export function nodeAddresses(states: readonly [State, State]): ReadonlySet<bigint> {
  const nodes = states.flatMap(({ known }) => known.cluster.nodes ?? []);
  const found = new Set<bigint>();
  for (const { addresses } of nodes)
    for (const { address } of addresses) {
      const parsed = parseAddress(address);
      if (parsed !== null) found.add(parsed.value);
    }
  return found;
}

/**
 * Packets that hardly occur: to or from loopback, link-local or group addresses or nowhere, and packets that come in with a
 * mark, which no wire carries.
 */
export function isUnlikely({ packet: { entersAt, destination, source, mark } }: DifferingClass): boolean {
  if (entersAt === 'OUTPUT') return isStrange(destination) && destination.value !== 0x7f000001n;
  return mark !== 0 || isStrange(destination) || (source.address !== null && isStrange(source.address));
}

function isStrange({ family, value }: Address): boolean {
  if (family === 'ipv4')
    return value >> 24n === 127n || value >> 24n === 0n || value >> 28n >= 0xen || value >> 16n === 0xa9fen;
  // Loopback and nowhere, link-local and site-local, groups.
  return value >> 112n === 0n || value >> 119n === 0x1fdn || value >> 120n === 0xffn;
}
