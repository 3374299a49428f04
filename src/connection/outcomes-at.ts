import type { Outcome } from '../trace/outcome.ts';
import type { Packet } from '../trace/packet.ts';
import { type TraceOptions, tracePacket } from '../trace/trace-packet.ts';
import type { World } from '../trace/world.ts';
import type { NodeView } from './node-view.ts';
import type { Memory, Trip } from './trip.ts';

type Followed = Map<string, readonly Outcome[]>;

/** By the packet that a connection begins with, and the node's world. */
const FOLLOWED = new WeakMap<Packet, Map<World, Followed>>();

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
  const key = JSON.stringify([packet, options], spelled);
  const known = followed.get(key) ?? tracePacket(packet, world, options).outcomes;
  followed.set(key, known);
  return known;
}

function followedAt(world: World, first: Packet): Followed {
  const nodes = FOLLOWED.get(first) ?? new Map<World, Followed>();
  FOLLOWED.set(first, nodes);
  const followed: Followed = nodes.get(world) ?? new Map();
  nodes.set(world, followed);
  return followed;
}

function spelled(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
