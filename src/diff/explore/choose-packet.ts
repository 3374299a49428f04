import type { Address } from '../../net/address.ts';
import { hasPorts, ICMP, ICMPV6, UDP } from '../../net/protocol.ts';
import { type Packet, type Sender, senderOf } from '../../trace/packet.ts';
import type { Box } from '../space/box.ts';
import type { Intervals } from '../space/intervals.ts';
import { type Door, firstOf, type Universe } from '../space/universe.ts';

/** Addresses that mean something to a reader, in the order in which they are preferred as examples. */
export interface Examples {
  /** Senders that are likely behind a door: pods behind the bridge, others outside. */
  sources(door: Door): readonly bigint[];
  readonly destinations: readonly bigint[];
}

const PORTS = [80n, 443n, 53n, 8080n, 12345n];
const SOURCE_PORTS = [40000n, 50000n, 33000n];

/** @returns the packet that stands for a box, and the door it comes through. */
export function choosePacket(
  box: Box,
  universe: Universe,
  examples: Examples,
): { readonly packet: Packet; readonly door: Door } {
  const { family } = universe;
  const door = firstOf(universe.doors, box.doors);
  const protocol = firstOf(universe.protocols, box.protocols);
  const ports = hasPorts(protocol);
  const destination: Address = { family, value: pick(box.destination, examples.destinations) };
  const packet: Packet = {
    family,
    protocol,
    source: senderThrough(door, box, universe, examples),
    sourcePort: ports ? Number(pick(box.sourcePort, SOURCE_PORTS)) : null,
    destination,
    destinationIsLocal: false,
    destinationPort: ports
      ? Number(pick(box.destinationPort, protocol === UDP ? [53n, ...PORTS] : PORTS))
      : null,
    icmp: protocol === ICMP || protocol === ICMPV6 ? firstOf(universe.icmp, box.icmp) : null,
    entersAt: door.kind === 'in' ? 'PREROUTING' : 'OUTPUT',
    inInterface: door.kind === 'in' ? door.device : null,
    mark: firstOf(universe.marks, box.marks),
    state: firstOf(universe.states, box.states),
  };
  return { packet, door };
}

function senderThrough(door: Door, box: Box, { family }: Universe, examples: Examples): Sender {
  if (door.kind === 'in') return senderOf({ family, value: pick(box.source, examples.sources(door)) });
  return door.source === null
    ? { address: null, within: [], outside: [], local: true }
    : senderOf(door.source);
}

/** An example that is in the set; else the lowest number but one, which is rarely a network's own address. */
function pick(set: Intervals, examples: readonly bigint[]): bigint {
  const example = examples.find((value) => set.has(value));
  if (example !== undefined) return example;
  const first = set.first ?? 0n;
  return set.has(first + 1n) ? first + 1n : first;
}
