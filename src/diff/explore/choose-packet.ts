import type { Address } from '../../net/address.ts';
import type { Intervals } from '../../net/intervals.ts';
import { hasPorts, ICMP, ICMPV6, TCP, UDP } from '../../net/protocol.ts';
import { type Packet, type Sender, senderOf } from '../../trace/packet.ts';
import type { Box } from '../space/box.ts';
import type { Cubes } from '../space/cubes.ts';
import { possible } from '../space/possible.ts';
import type { Space } from '../space/space.ts';
import { bits, type Door, firstOf } from '../space/universe.ts';

/** Addresses that mean something to a reader, in the order in which they are preferred as examples. */
export interface Examples {
  /** Senders that are likely behind a door: pods behind the bridge, others outside. */
  sources(door: Door): readonly bigint[];
  readonly destinations: readonly bigint[];
}

const PORTS = [80n, 443n, 53n, 8080n, 12345n];
const SOURCE_PORTS = [40000n, 50000n, 33000n];
/** Echo request; port unreachable, which is an error about another packet. */
const ICMP_KINDS = { ipv4: [0x800n, 0x301n], ipv6: [0x8000n, 0x104n] };
/** SYN, and of a connection that exists ACK. */
const FLAGS = [0x02, 0x10];

/** A packet that stands for a part of a box. */
export interface Chosen {
  readonly packet: Packet;
  readonly door: Door;
  /** The packets of the box of the same door, protocol and state, as far as there are such. */
  readonly box: Box;
}

/** @returns the packet, or the part of the box that holds none: an address that no process can have, a connection that no such packet opens. */
export function choosePacket(box: Box, space: Space, examples: Examples): Chosen | { readonly none: Box } {
  const { universe } = space;
  const { family } = universe;
  const door = firstOf(universe.doors, box.doors);
  const protocol = firstOf(universe.protocols, box.protocols);
  const state = firstOf(universe.states, box.states);
  const part: Box = {
    ...box,
    doors: bits(universe.doors, (each) => each === door),
    protocols: bits(universe.protocols, (each) => each === protocol),
    states: bits(universe.states, (each) => each === state),
  };
  const real = possible(withOwnSource(part, door, space), protocol, state);
  if (real === null || real.source.isEmpty) return { none: part };
  const ports = hasPorts(protocol);
  const icmp = Number(pick(real.icmp, ICMP_KINDS[family]));
  const packet: Packet = {
    family,
    protocol,
    source: senderThrough(door, real, family, examples),
    sourcePort: ports ? Number(pick(real.sourcePort, SOURCE_PORTS)) : null,
    destination: { family, value: pick(real.destination, examples.destinations) },
    destinationIsLocal: false,
    destinationPort: ports
      ? Number(pick(real.destinationPort, protocol === UDP ? [53n, ...PORTS] : PORTS))
      : null,
    icmp: protocol === ICMP || protocol === ICMPV6 ? { type: icmp >> 8, code: icmp & 0xff } : null,
    entersAt: door.kind === 'in' ? 'PREROUTING' : 'OUTPUT',
    inInterface: door.kind === 'in' ? door.device : null,
    mark: pickBits(real.marks, [0]),
    state,
    ...(protocol === TCP
      ? { header: { tcpFlags: pickBits(real.tcpFlags, state === 'NEW' ? FLAGS : [...FLAGS].reverse()) } }
      : {}),
  };
  const { doors, protocols, states } = box;
  return { packet, door, box: { ...real, doors, protocols, states } };
}

/** A process can be bound to addresses of its node only. */
function withOwnSource(box: Box, door: Door, { routing }: Space): Box {
  return door.kind === 'node' && door.bound ? { ...box, source: box.source.and(routing.own()) } : box;
}

function senderThrough(door: Door, box: Box, family: Address['family'], examples: Examples): Sender {
  if (door.kind === 'node' && !door.bound) return { address: null, within: [], outside: [], local: true };
  return senderOf({ family, value: pick(box.source, examples.sources(door)) });
}

/** An example that is in the set; else the lowest number but one, which is rarely a network's own address. */
function pick(set: Intervals, examples: readonly bigint[]): bigint {
  const example = examples.find((value) => set.has(value));
  if (example !== undefined) return example;
  const first = set.first ?? 0n;
  return set.has(first + 1n) ? first + 1n : first;
}

function pickBits(set: Cubes, examples: readonly number[]): number {
  return examples.find((value) => set.has(value)) ?? set.first ?? 0;
}
