import type { Outcome } from '../trace/outcome.ts';
import type { Packet } from '../trace/packet.ts';
import { type TraceOptions, tracePacket } from '../trace/trace-packet.ts';
import type { NodeView } from './node-view.ts';
import type { Trip } from './trip.ts';

/** By the packet that a connection begins with. */
const FOLLOWED = new WeakMap<Packet, Map<string, readonly Outcome[]>>();

/**
 * What becomes of a later packet of a connection at a node. Ways of the first packet that rest on different answers often lead to
 * the same packet, which is followed once.
 * @param options what the node remembers, and the connection that the packet sets out with
 */
export function outcomesAt(
  view: NodeView,
  packet: Packet,
  { legs }: Trip,
  options: Pick<TraceOptions, 'opened' | 'balanced' | 'attached'>,
): readonly Outcome[] {
  const world = view.world(packet.family);
  const first = legs[0]?.packet;
  if (first === undefined) return tracePacket(packet, world, options).outcomes;
  const followed = FOLLOWED.get(first) ?? new Map<string, readonly Outcome[]>();
  FOLLOWED.set(first, followed);
  const key = JSON.stringify([view.name, packet, options], spelled);
  const known = followed.get(key) ?? tracePacket(packet, world, options).outcomes;
  followed.set(key, known);
  return known;
}

function spelled(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
