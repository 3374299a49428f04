import type { Flow } from '../conntrack/flow.ts';
import type { EndQuery, FlowTable } from '../conntrack/flow-table.ts';
import { directionOf, zoneOf } from '../conntrack/match-flow.ts';
import { formatAddress, sameAddress } from '../net/address.ts';
import { hasPorts, TCP } from '../net/protocol.ts';
import type { Range } from '../net/range.ts';
import { unknown } from './answer.ts';
import { type Branch, changed, turned } from './branch.ts';
import { eitherWay } from './choose.ts';
import type { TraceContext } from './context.ts';
import { type Ended, ended } from './passage.ts';
import type { Reason } from './reason.ts';
import type { Connection, PacketState } from './state.ts';
import type { World } from './world.ts';
import { withSource } from './written-ends.ts';

/** A branch behind the choice of a source port, and whether nat was there to make it; null: nobody asked. */
export interface PortChosen {
  readonly branch: Branch;
  readonly isHooked: boolean | null;
}

const NAT_HOOKED = unknown({ code: 'nat-hooked' });

/**
 * Answers must lead back to one connection. Where another flow gets the same answers already (two clients masqueraded
 * from the same port, a Service and its endpoint asked from one port, or the same packet in another conntrack zone), nat
 * takes another source port, even of a packet that no rule rewrites (get_unique_tuple, nf_nat_used_tuple,
 * net/netfilter/nf_nat_core.c). Without any chain of nat nobody does, and the entry is not made: see {@link withoutEntry}.
 * @param branch a new connection whose source is decided, by a rule that leaves the kernel a choice or by none: one that
 *   does not (`--to-source :5000`) is taken at its word
 * @param isHooked null where no chain of nat is known
 */
export function withFreePort(
  branch: Branch,
  isHooked: true | null,
  { world, questions }: TraceContext,
): readonly PortChosen[] {
  const { connection, sourcePort, protocol } = branch.state;
  const holder =
    connection === null || !isFirst(connection) || sourcePort === null || !hasPorts(protocol)
      ? null
      : holderOf(branch.state, connection, world);
  if (holder === null || sourcePort === null) return [{ branch, isHooked }];
  if (isHooked === true) return [{ branch: freed(branch, holder, sourcePort), isHooked }];
  return eitherWay(branch, NAT_HOOKED, questions).map(({ branch: way, held }) => ({
    branch: held ? freed(way, holder, sourcePort) : way,
    isHooked: held,
  }));
}

function freed(branch: Branch, { file, line }: Flow, port: number): Branch {
  const rewrite = branch.state.sourceRewrite === 'none' ? 'snat' : branch.state.sourceRewrite;
  const fact = { fact: 'port-taken', file, line, port } as const;
  return turned(withSource(branch, branch.state.source, null, rewrite), 'nat', fact);
}

/** Of a wider range the kernel tries only some (max_attempts of nf_nat_l4proto_unique_tuple). */
const ALL_TRIED = 128;

/**
 * Where other flows have the answers of every port that a rule gives a choice of, nf_nat_l4proto_unique_tuple leaves a tuple that is
 * taken.
 * @param branch a new connection that the rule rewrote
 * @returns it, with the flow that has the last of them
 */
export function withTakenPorts(branch: Branch, ports: Range, world: World): Branch {
  const { connection, protocol } = branch.state;
  if (connection === null || !isFirst(connection)) return branch;
  if (!hasPorts(protocol) || ports.to - ports.from >= ALL_TRIED) return branch;
  let last: Flow | null = null;
  for (let port = ports.from; port <= ports.to; port++) {
    last = holderOf(branch.state, { ...connection, replyDestinationPort: port }, world);
    if (last === null || makesRoom(last)) return branch;
  }
  if (last === null) return branch;
  const { file, line } = last;
  return changed(branch, { connection: { ...connection, takenBy: { file, line } } });
}

/**
 * A new connection whose answers another flow gets has no entry, and its packet is dropped where that would be made
 * (__nf_conntrack_confirm: insert_failed), of TCP and UDP.
 * @returns the end of the packet; null where it gets its entry
 */
export function withoutEntry(branch: Branch, { world }: TraceContext): Ended | null {
  const { connection, protocol } = branch.state;
  if (connection === null || !isFirst(connection) || !hasPorts(protocol)) return null;
  const taken = connection.takenBy ?? heldBy(branch.state, connection, world);
  if (taken === null) return null;
  const { file, line } = taken;
  const reason: Reason = { code: 'answers-taken', file, line };
  const end = turned(branch, 'conntrack', { fact: 'ended', reason });
  return ended({ branch: end, verdict: 'drop', reason, rejectWith: null, exit: null });
}

/** nat throws out a closed connection of TCP where it needs the port (nf_nat_used_tuple_harder). */
function heldBy(state: PacketState, connection: Connection, world: World): Flow | null {
  const holder = holderOf(state, connection, world);
  return holder !== null && connection.sourceDecided === true && makesRoom(holder) ? null : holder;
}

function makesRoom({ protocol, state }: Flow): boolean {
  return protocol === TCP && (state === null || CLOSED.has(state));
}

const CLOSED: ReadonlySet<string> = new Set(['TIME_WAIT', 'CLOSE']);

function isFirst({ fromCapture, state }: Connection): boolean {
  return !fromCapture && state === 'NEW';
}

/** @returns the flow that has this connection's answers; null where none of the capture does. */
function holderOf(state: PacketState, connection: Connection, { flows }: World): Flow | null {
  const { replySource: source, replySourcePort: sourcePort } = connection;
  const { replyDestination, replyDestinationPort: destinationPort } = connection;
  const { original, reply } = state.zones ?? { original: 0, reply: 0 };
  const destination = replyDestination.address;
  if (flows === null || destination === null || sourcePort === null || destinationPort === null) return null;
  if (original === null || reply === null) return null;
  const { protocol } = state;
  const query = {
    protocol,
    source,
    sourcePort,
    destination,
    destinationPort,
    zone: original,
    replyZone: reply,
  };
  for (const flow of flowsAt(flows, { protocol, destination, destinationPort })) {
    const direction = directionOf(flow, query);
    if (direction === null || (direction === 'original' && original !== reply)) continue;
    if (!isSame(flow, connection, original)) return flow;
  }
  return null;
}

/** The entry that this very connection replaces, or that another processor makes of it (nf_conntrack_tuple_taken). */
function isSame(flow: Flow, connection: Connection, zone: number): boolean {
  const { source, sourcePort, destination, destinationPort } = flow.original;
  const client = connection.originalSource.address;
  return (
    client !== null &&
    sameAddress(source, client) &&
    sameAddress(destination, connection.originalDestination) &&
    sourcePort === connection.originalSourcePort &&
    destinationPort === connection.originalDestinationPort &&
    zoneOf(flow, 'original') === zone
  );
}

const KNOWN = new WeakMap<FlowTable, Map<string, readonly Flow[]>>();

/** A Service with 5,000 endpoints asks 5,000 times for the same end: the listing is searched once. */
function flowsAt(flows: FlowTable, query: EndQuery): readonly Flow[] {
  const known = KNOWN.get(flows) ?? new Map<string, readonly Flow[]>();
  KNOWN.set(flows, known);
  const key = `${query.protocol} ${formatAddress(query.destination)} ${query.destinationPort}`;
  const found = known.get(key) ?? flows.flowsAt(query);
  known.set(key, found);
  return found;
}
