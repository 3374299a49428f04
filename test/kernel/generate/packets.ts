import fc from 'fast-check';
import { type Address, parseAddress } from '../../../src/net/address.ts';
import { SCTP, TCP, UDP } from '../../../src/net/protocol.ts';
import type { Cuts } from '../node/fragments.ts';
import type { Probe } from '../node/test-node.ts';
import { NEIGHBOURS, type NeighbourName } from '../node/topology.ts';
import { FLAGS } from '../node/wire.ts';
import {
  DESTINATION_PORTS,
  destinationsOf,
  MARKS,
  type Pool,
  pickFrom,
  SENDERS,
  SOURCE_PORTS,
} from './pools.ts';

/** A packet as numbers, which shrink; {@link packetOf} makes sense of them. */
export interface PacketSpec {
  readonly from: number;
  readonly protocol: number;
  readonly to: number;
  readonly port: number;
  readonly sourcePort: number;
  readonly mark: number;
  readonly ttl: number;
  readonly tos: number;
  readonly flags: number;
  readonly padding: number;
  readonly bound: boolean;
  /** Now and then an address that nobody should send from (29), or to (28). */
  readonly odd: number;
  /** Whether its connection goes on: an answer, and another packet. */
  readonly goesOn: boolean;
}

const any = fc.nat(1000);

export const packetSpec: fc.Arbitrary<PacketSpec> = fc.record({
  from: any,
  protocol: any,
  to: any,
  port: any,
  sourcePort: any,
  mark: any,
  ttl: fc.constantFrom(64, 64, 63, 2, 255),
  tos: fc.constantFrom(0, 0, 0x10, 0xb8, 0x02, 0x28),
  flags: any,
  padding: fc.constantFrom(0, 0, 20, 700),
  bound: fc.boolean(),
  odd: fc.integer({ min: 0, max: 29 }),
  goesOn: fc.integer({ min: 0, max: 3 }).map((n) => n === 3),
});

/** A packet that starts a connection; as a rule SYN, and then and now something that nobody sends in earnest. */
const TCP_FLAGS = [
  FLAGS.SYN,
  FLAGS.SYN,
  FLAGS.SYN,
  FLAGS.SYN,
  FLAGS.SYN,
  FLAGS.ACK,
  FLAGS.SYN | FLAGS.FIN,
  0,
] as const;

/** Padding, and where such a packet is cut: within a link’s size, and longer than one. No part is too long for a tunnel: whoever sent that is told so. */
const CUT: readonly { readonly padding: number; readonly at: readonly (readonly number[])[] }[] = [
  { padding: 20, at: [[16], [24]] },
  { padding: 700, at: [[16], [400], [240, 480]] },
  { padding: 2400, at: [[1200], [800, 1600], [1280]] },
];

/**
 * Of datagrams one in three comes in parts, or is too long for a link where a process sends it. What the source port leaves over says
 * which, so that cases have the rules and addresses that they had when all packets were whole.
 */
function cutOf(
  { sourcePort }: PacketSpec,
  from: NeighbourName | 'node',
): (Pick<Probe, 'cuts'> & { padding: number }) | null {
  const left = Math.floor(sourcePort / SOURCE_PORTS.length);
  if (left % 3 !== 1) return null;
  const spare = Math.floor(left / 3);
  if (from === 'node') return { padding: 2400 };
  const { padding, at } = pickFrom(CUT, spare);
  const rest = Math.floor(spare / CUT.length);
  const cuts: Cuts = { at: pickFrom(at, Math.floor(rest / 2)), lastFirst: rest % 2 === 1 };
  return { padding, cuts };
}

/**
 * @param index of the packet in its case: its source port is its own, so that no connection is met twice
 * @returns the packet, its serial number still missing.
 */
export function packetOf(spec: PacketSpec, pool: Pool, index: number): Probe {
  const from = pickFrom(SENDERS, spec.from);
  const protocol = pickFrom([TCP, TCP, TCP, UDP, UDP, SCTP, pool.icmp], spec.protocol);
  const ports = protocol !== pool.icmp;
  const { source, destination } = endsOf(spec, pool, from);
  const cut = protocol === TCP || protocol === SCTP ? null : cutOf(spec, from);
  const icmp = { type: pool.family === 'ipv4' ? 8 : 128, code: 0, id: 0x700 + index };
  return {
    from,
    bridgedTo: bridgedBetween(from, destination),
    mark: pickFrom(MARKS, spec.mark),
    bound: spec.bound,
    answersTo: 0,
    ...(cut?.cuts === undefined ? {} : { cuts: cut.cuts }),
    wire: {
      family: pool.family,
      protocol,
      source,
      destination,
      sourcePort: ports ? pickFrom(SOURCE_PORTS, spec.sourcePort) - index : null,
      destinationPort: ports ? pickFrom(DESTINATION_PORTS, spec.port) : null,
      icmp: ports ? null : icmp,
      tcpFlags: protocol === TCP ? pickFrom(TCP_FLAGS, spec.flags) : 0,
      ttl: spec.ttl,
      tos: spec.tos,
      serial: 0,
      padding: protocol === SCTP ? 0 : (cut?.padding ?? spec.padding),
    },
  };
}

function endsOf(
  spec: PacketSpec,
  pool: Pool,
  from: NeighbourName | 'node',
): { source: Address; destination: Address } {
  const own = from === 'node';
  // Which port of a bridge a frame came in by shows in its source only.
  const usual = own ? pickFrom(pool.own, spec.sourcePort) : NEIGHBOURS[from][pool.family];
  const source = addressOf(
    !own && !onBridge(from) && spec.odd === 29 ? pickFrom(pool.oddSources, spec.to) : usual,
  );
  // A bridge makes copies of what goes to many; a trace follows one packet.
  const odd = onBridge(from)
    ? pool.oddDestinations.filter((text) => !isForMany(addressOf(text)))
    : pool.oddDestinations;
  if (spec.odd === 28 && !own) return { source, destination: addressOf(pickFrom(odd, spec.to)) };
  const others = destinationsOf(pool).filter(
    (text) => text !== usual && addressOf(text).value !== source.value,
  );
  // Its own loopback addresses, and nobody's, only the node itself can ask.
  const destinations = own ? [...others, pool.loopback, pool.family === 'ipv4' ? '0.0.0.0' : '::1'] : others;
  return { source, destination: addressOf(pickFrom(destinations, spec.to)) };
}

function onBridge(from: NeighbourName | 'node'): boolean {
  return from !== 'node' && NEIGHBOURS[from].device === 'cni0';
}

function isForMany({ family, value }: Address): boolean {
  return family === 'ipv4' ? value >> 28n === 0xen || value === 0xffffffffn : value >> 120n === 0xffn;
}

/** Two pods of one bridge speak with each other directly. */
export function bridgedBetween(
  from: NeighbourName | 'node',
  { family, value }: Address,
): NeighbourName | null {
  if (from !== 'pod1' && from !== 'pod2') return null;
  const other = from === 'pod1' ? 'pod2' : 'pod1';
  return addressOf(NEIGHBOURS[other][family]).value === value ? other : null;
}

export function addressOf(text: string): Address {
  const address = parseAddress(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return address;
}
