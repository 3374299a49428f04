import type { NumberSet } from '../../rules/value-set.ts';
import type { Packet } from '../../trace/packet.ts';
import type { PacketState } from '../../trace/state.ts';
import type { Intervals } from '../space/intervals.ts';
import type { Space } from '../space/space.ts';
import type { Door, PacketConntrack } from '../space/universe.ts';

/** The packet as a test was asked about it, and the set of packets to narrow. */
export interface Asked {
  readonly state: PacketState;
  readonly narrowing: Narrowable;
}

/** A set of packets around the one that is traced, cut down to those that answer alike. */
export interface Narrowable {
  readonly space: Space;
  readonly packet: Packet;
  readonly door: Door;
  /** @param set for whose members the question has one answer, and for all others another. */
  splitDestinations(set: Intervals, state: PacketState): void;
  splitSources(set: Intervals, state: PacketState): void;
  /** @param port of the packet as it is now. */
  splitDestinationPorts(set: Intervals, port: number | null): void;
  splitSourcePorts(set: Intervals, port: number | null): void;
  /** @param set of types and codes, as in a box. */
  splitIcmp(set: Intervals): void;
  keepDestinations(set: Intervals): void;
  keepSources(set: Intervals): void;
  keepDoors(test: (door: Door) => boolean): void;
  /** Only this very door. */
  keepDoor(): void;
  keepProtocols(test: (protocol: number) => boolean): void;
  keepStates(test: (state: PacketConntrack) => boolean): void;
  keepMarkBits(mask: number): void;
  keepTcpFlags(mask: number): void;
  /** @param current mark of the packet or of its connection; null: not known, whatever the packet came with */
  askedMark(current: number | null, set: NumberSet): void;
}
