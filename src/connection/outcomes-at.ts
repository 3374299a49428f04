import type { Outcome } from '../trace/outcome.ts';
import type { Packet } from '../trace/packet.ts';
import { type TraceOptions, tracePacket } from '../trace/trace-packet.ts';
import type { World } from '../trace/world.ts';
import type { NodeView } from './node-view.ts';
import type { Memory, Trip } from './trip.ts';

/** A packet that was followed, with what the node remembered then. */
interface Asked {
  readonly packet: Packet;
  readonly options: Memory;
}

/** What became of packets with the same ends, by the text of all that was asked, which is made for the second of them. */
interface Followed {
  readonly first: Asked & { readonly outcomes: readonly Outcome[] };
  byText: Map<string, readonly Outcome[]> | null;
}

/** By from where to where: of 5,000 endpoints each sends one answer, and nothing is held against it. */
type FollowedByEnds = Map<string, Followed>;

/** By the packet that a connection begins with, and the node's world. */
const FOLLOWED = new WeakMap<Packet, Map<World, FollowedByEnds>>();

/**
 * What becomes of a later packet of a connection at a node. Ways of the first packet that rest on different answers often lead to
 * the same packet, which is followed once.
 * @param options what the node remembers, and the connection that the packet sets out with
 */
export function outcomesAt(
  view: NodeView,
  packet: Packet,
  { legs }: Trip,
  options: Memory & Pick<TraceOptions, 'attached'>,
): readonly Outcome[] {
  const world = view.world(packet.family);
  const first = legs[0]?.packet;
  // A connection that a packet sets out with holds more than its text tells.
  if (first === undefined || options.attached !== undefined)
    return tracePacket(packet, world, options).outcomes;
  const followed = followedAt(world, first);
  const ends = `${packet.source.address?.value} ${packet.destination.value}`;
  const before = followed.get(ends);
  if (before === undefined) {
    const { outcomes } = tracePacket(packet, world, options);
    followed.set(ends, { first: { packet, options, outcomes }, byText: null });
    return outcomes;
  }
  before.byText ??= new Map([[textOf(before.first), before.first.outcomes]]);
  const text = textOf({ packet, options });
  const known = before.byText.get(text) ?? tracePacket(packet, world, options).outcomes;
  before.byText.set(text, known);
  return known;
}

function followedAt(world: World, first: Packet): FollowedByEnds {
  const nodes = FOLLOWED.get(first) ?? new Map<World, FollowedByEnds>();
  FOLLOWED.set(first, nodes);
  const followed: FollowedByEnds = nodes.get(world) ?? new Map();
  nodes.set(world, followed);
  return followed;
}

function textOf({ packet, options }: Asked): string {
  return JSON.stringify([packet, options], spelled);
}

function spelled(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
