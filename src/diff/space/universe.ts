import type { Family } from '../../net/address.ts';
import { Intervals } from '../../net/intervals.ts';
import { allAddresses } from '../../net/prefix-intervals.ts';
import { DCCP, ICMP, ICMPV6, SCTP, TCP, UDP, UDPLITE } from '../../net/protocol.ts';
import type { Packet } from '../../trace/packet.ts';
import type { Box } from './box.ts';
import { Cubes } from './cubes.ts';

/**
 * Where a packet comes from: in through an interface (undefined: one that is not known), or out of a process, which is bound
 * to an address of the node or leaves the choice to the kernel.
 */
export type Door =
  | { readonly kind: 'in'; readonly device: string | undefined }
  | { readonly kind: 'node'; readonly bound: boolean };

/** Conntrack's word for the packet as it arrives. */
export type PacketConntrack = Packet['state'];

/** What fields of few values can hold: everything that occurs in the rules of either side, and one value that does not. */
export interface Universe {
  readonly family: Family;
  readonly doors: readonly Door[];
  readonly states: readonly PacketConntrack[];
  readonly protocols: readonly number[];
}

/** What the rules and hosts of both sides mention. */
export interface Mentioned {
  readonly doors: readonly Door[];
  readonly protocols: ReadonlySet<number>;
}

/** Rules that mention none of these may still tell protocols with ports from others. */
const WITH_PORTS = [SCTP, UDPLITE, DCCP];

/** A protocol that no rule mentions stands for all of them: one that exists, where there is one. */
const OTHERS = [47, 50, 89, 103, 4, 41, 112];

/** Without a connection that could tell them apart, packets of every state are there, whatever rules mention. */
const STATES: readonly PacketConntrack[] = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'];

/** @returns the universe of one family, likeliest values first: they are the ones shown as examples. */
export function makeUniverse(family: Family, mentioned: Mentioned): Universe {
  const icmp = family === 'ipv4' ? ICMP : ICMPV6;
  const known = [TCP, UDP, ...(mentioned.protocols.has(SCTP) ? [SCTP] : []), icmp];
  const others = [...mentioned.protocols].filter((number) => number !== 0).sort((a, b) => a - b);
  const protocols = [...new Set([...known, ...others, ...WITH_PORTS])];
  const any = [...OTHERS, ...Array.from({ length: 256 }, (_, number) => number)];
  const unmentioned = any.find((number) => number !== 0 && !protocols.includes(number));
  return {
    family,
    doors: mentioned.doors,
    states: STATES,
    protocols: unmentioned === undefined ? protocols : [...protocols, unmentioned],
  };
}

/** Every port; also every ICMP type with every code. */
export const ALL_PORTS = Intervals.range(0n, 65535n);

/** @returns the box of all packets of a universe. */
export function everything(universe: Universe): Box {
  return {
    destination: allAddresses(universe.family),
    protocols: bits(universe.protocols),
    destinationPort: ALL_PORTS,
    doors: bits(universe.doors),
    states: bits(universe.states),
    source: allAddresses(universe.family),
    sourcePort: ALL_PORTS,
    marks: Cubes.ALL,
    icmp: ALL_PORTS,
    tcpFlags: FLAGS,
  };
}

/** Eight flags. */
const FLAGS = Cubes.where(0xffffff00, 0);

/** @returns the bits of the values for which `test` holds. */
export function bits<T>(values: readonly T[], test: (value: T) => boolean = () => true): bigint {
  return values.reduce((sum, value, at) => (test(value) ? sum | (1n << BigInt(at)) : sum), 0n);
}

/** @returns the likeliest value of a bit set. Throws RangeError for an empty one. */
export function firstOf<T>(values: readonly T[], set: bigint): T {
  const found = values.find((_, at) => hasBit(set, at));
  if (found === undefined) throw new RangeError('an empty set of values');
  return found;
}

/** @returns true where the bit of the value at this place is set. */
export function hasBit(set: bigint, at: number): boolean {
  return ((set >> BigInt(at)) & 1n) === 1n;
}
