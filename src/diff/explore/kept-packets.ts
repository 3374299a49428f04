import type { Intervals } from '../../net/intervals.ts';
import { askedBits, decidingBits, type NumberSet } from '../../rules/value-set.ts';
import type { Packet } from '../../trace/packet.ts';
import type { PacketState } from '../../trace/state.ts';
import type { Box } from '../space/box.ts';
import { Cubes } from '../space/cubes.ts';
import type { Space } from '../space/space.ts';
import { bits, type Door, type PacketConntrack, type Universe } from '../space/universe.ts';

/**
 * The set of packets that fare as one of them does, made smaller by every question that tells them apart.
 *
 * Whether a question still asks for what the packet arrived with, and not for what NAT made of it, is told by the value:
 * one that is the packet's own counts as its own. Where NAT wrote that very value the set becomes smaller than it need be,
 * never too large.
 */
export class KeptPackets {
  readonly space: Space;
  readonly packet: Packet;
  readonly door: Door;
  readonly #fields: { -readonly [K in keyof Box]: Box[K] };

  constructor(space: Space, packet: Packet, door: Door, box: Box) {
    this.space = space;
    this.packet = packet;
    this.door = door;
    this.#fields = { ...box };
  }

  /** What is left. */
  get box(): Box {
    return { ...this.#fields };
  }

  get universe(): Universe {
    return this.space.universe;
  }

  /** Processes that are not bound have the source that the kernel chooses for the destination. */
  get #hasSource(): boolean {
    return this.door.kind === 'in' || this.door.bound;
  }

  /** @param set for whose members a question has one answer, and for all others another. */
  splitOwn(field: 'destination' | 'source' | 'sourcePort' | 'destinationPort', set: Intervals): void {
    if (field === 'source' && !this.#hasSource) return;
    const own = this.packet[field];
    const value = typeof own === 'number' ? BigInt(own) : own === null ? null : addressOf(own);
    if (value !== null) this.#fields[field] = side(this.#fields[field], set, value);
  }

  /** As {@link splitOwn}, where the packet has its destination still. */
  splitDestinations(set: Intervals, state: PacketState): void {
    const { value } = this.packet.destination;
    if (state.destination.value === value)
      this.#fields.destination = side(this.#fields.destination, set, value);
  }

  splitSources(set: Intervals, state: PacketState): void {
    const value = this.packet.source.address?.value;
    if (this.#hasSource && value !== undefined && state.source.address?.value === value)
      this.#fields.source = side(this.#fields.source, set, value);
  }

  /** @param port of the packet as it is now. */
  splitDestinationPorts(set: Intervals, port: number | null): void {
    if (port !== null && port === this.packet.destinationPort)
      this.#fields.destinationPort = side(this.#fields.destinationPort, set, BigInt(port));
  }

  splitSourcePorts(set: Intervals, port: number | null): void {
    if (port !== null && port === this.packet.sourcePort)
      this.#fields.sourcePort = side(this.#fields.sourcePort, set, BigInt(port));
  }

  keepDestinations(set: Intervals): void {
    this.#fields.destination = this.#fields.destination.and(set);
  }

  keepSources(set: Intervals): void {
    if (this.#hasSource) this.#fields.source = this.#fields.source.and(set);
  }

  keepDoors(test: (door: Door) => boolean): void {
    this.#fields.doors &= bits(this.universe.doors, test);
  }

  keepProtocols(test: (protocol: number) => boolean): void {
    this.#fields.protocols &= bits(this.universe.protocols, test);
  }

  /** Keeps the protocols of which a test says the same as of the packet's. */
  splitProtocols(test: (protocol: number) => boolean): void {
    const own = test(this.packet.protocol);
    this.keepProtocols((each) => test(each) === own);
  }

  /**
   * Rules change a mark bit by bit, so a bit of the mark that a rule sees was made of the same bit as the packet came. Where the
   * mark is not the one that is asked for, one bit says so, and all marks with that bit get the same answer.
   * @param current mark of the packet or of its connection; null: not known, whatever the packet came with
   */
  askedMark(current: number | null, set: NumberSet): void {
    if (current === null) return;
    const deciding = decidingBits(set, current);
    this.keepMarkBits(deciding === 0 ? askedBits(set) : this.#cheapestBit(deciding));
  }

  keepMarkBits(mask: number): void {
    this.#fields.marks = this.#fields.marks.and(Cubes.where(mask, this.packet.mark));
  }

  /** One of these bits: one that all marks left have in common, if there is such. */
  #cheapestBit(bits: number): number {
    const settled = this.#fields.marks.cubes.reduce((mask, cube) => mask & cube.mask, bits);
    const from = settled === 0 ? bits : settled;
    return (from & -from) >>> 0;
  }

  keepTcpFlags(mask: number): void {
    const flags = this.packet.header?.tcpFlags;
    if (flags !== undefined) this.#fields.tcpFlags = this.#fields.tcpFlags.and(Cubes.where(mask, flags));
  }

  /** @param set of types and codes, as in {@link Box.icmp}. */
  splitIcmp(set: Intervals): void {
    const { icmp } = this.packet;
    if (icmp !== null) this.#fields.icmp = side(this.#fields.icmp, set, BigInt((icmp.type << 8) | icmp.code));
  }

  keepStates(test: (state: PacketConntrack) => boolean): void {
    this.#fields.states &= bits(this.universe.states, test);
  }

  /** Only this very door. */
  keepDoor(): void {
    this.keepDoors((door) => door === this.door);
  }

  keepDoorBits(doors: bigint): void {
    this.#fields.doors &= doors;
  }

  dropDestinations(set: Intervals): void {
    this.#fields.destination = this.#fields.destination.without(set);
  }
}

function addressOf(own: Packet['destination'] | Packet['source']): bigint | null {
  if ('value' in own) return own.value;
  return own.address?.value ?? null;
}

function side(whole: Intervals, set: Intervals, value: bigint): Intervals {
  return set.has(value) ? whole.and(set) : whole.without(set);
}
