import type { Flow } from '../conntrack/flow.ts';
import type { BalancedFlow } from '../ipvs/model.ts';
import { balancedFlow, openedFlow } from '../trace/opened-flow.ts';
import type { Outcome } from '../trace/outcome.ts';
import type { Packet } from '../trace/packet.ts';
import type { Written } from '../trace/state.ts';
import type { TraceOptions } from '../trace/trace-packet.ts';
import type { Client } from './client.ts';
import type { ConnectionReason, Direction, Leg, Sees, Way } from './connection.ts';
import type { NodeView } from './node-view.ts';

/** What has happened to a connection so far. */
export interface Trip {
  readonly legs: readonly Leg[];
  readonly opened: ReadonlyMap<NodeView, readonly Flow[]>;
  readonly balanced: ReadonlyMap<NodeView, readonly BalancedFlow[]>;
}

/** A packet at a node that it meets. */
export interface At {
  readonly view: NodeView;
  readonly packet: Packet;
  readonly direction: Direction;
}

/** The entries that conntrack has on each node, once this packet has passed this one. */
export function remembered(
  { view, packet }: At,
  { end, verdict }: Outcome,
  { opened }: Trip,
  client: Client,
): Trip['opened'] {
  const isNew = end.connection?.direction === 'ORIGINAL';
  const flow = verdict === 'accept' && isNew ? openedFlow(end, packet, client.address) : null;
  if (flow === null) return opened;
  return new Map(opened).set(view, [flow, ...(opened.get(view) ?? [])]);
}

/** The same of IPVS, which knows its connections without conntrack. */
export function rememberedByIpvs(
  { view }: At,
  { end, verdict }: Outcome,
  { balanced }: Trip,
  client: Client,
): Trip['balanced'] {
  const flow = verdict === 'accept' ? balancedFlow(end, client.address) : null;
  return flow === null ? balanced : new Map(balanced).set(view, [flow, ...(balanced.get(view) ?? [])]);
}

/** What a node keeps of a connection between its packets. */
export type Memory = Pick<TraceOptions, 'opened' | 'balanced' | 'written'>;

/** What a node knows of the connection by now. */
export function memoryOf(view: NodeView, { opened, balanced, legs }: Trip): Memory {
  const before = legs.findLast((leg) => leg.view === view)?.outcome.end;
  return {
    opened: opened.get(view) ?? [],
    balanced: balanced.get(view) ?? [],
    ...(before === undefined || !hasWritten(before) ? {} : { written: writtenBy(before) }),
  };
}

function hasWritten({ recentLists, setChanges, nftSetChanges }: Written): boolean {
  return recentLists.length + setChanges.length + nftSetChanges.length > 0;
}

function writtenBy({ recentLists, setChanges, nftSetChanges }: Written): Written {
  return { recentLists, setChanges, nftSetChanges };
}

/** @returns how the connection ends, with the legs that led there. */
export function ended(sees: Sees, reason: ConnectionReason | null, { legs }: Trip): Way {
  return { sees, share: 1, reason, legs };
}
