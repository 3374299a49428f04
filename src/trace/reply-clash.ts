import type { Flow } from '../conntrack/flow.ts';
import type { EndQuery, FlowTable } from '../conntrack/flow-table.ts';
import { directionOf, zoneOf } from '../conntrack/match-flow.ts';
import { formatAddress, sameAddress } from '../net/address.ts';
import { hasPorts, TCP } from '../net/protocol.ts';
import type { Range } from '../net/range.ts';
import { type Branch, turned } from './branch.ts';
import { type Ended, ended } from './passage.ts';
import type { Reason } from './reason.ts';
import type { Connection, PacketState } from './state.ts';
import type { World } from './world.ts';
import { withSource } from './written-ends.ts';

/**
 * Answers must lead back to one connection. Where another flow gets the same answers already (two clients masqueraded
 * from the same port, a Service and its endpoint asked from one port, or the same packet in another conntrack zone), the
 * kernel takes another source port, even of a packet that no rule rewrites (get_unique_tuple, nf_nat_used_tuple,
 * net/netfilter/nf_nat_core.c).
 * @param branch a new connection whose source is decided, by a rule that leaves the kernel a choice or by none: one that
 *   does not (`--to-source :5000`) is taken at its word
 */
export function withFreePort(branch: Branch, world: World): Branch {
  const { connection, sourcePort, protocol } = branch.state;
  if (connection === null || connection.fromCapture || connection.state !== 'NEW') return branch;
  if (sourcePort === null || !hasPorts(protocol)) return branch;
  const holder = holderOf(branch.state, connection, world);
  if (holder === null) return branch;
  const { file, line } = holder;
  const rewrite = branch.state.sourceRewrite === 'none' ? 'snat' : branch.state.sourceRewrite;
  return turned(withSource(branch, branch.state.source, null, rewrite), 'nat', {
    fact: 'port-taken',
    file,
    line,
    port: sourcePort,
  });
}

/** Of a wider range the kernel tries only some (max_attempts of nf_nat_l4proto_unique_tuple). */
const ALL_TRIED = 128;

/**
 * Where other flows have the answers of every port that a rule gives a choice of, nf_nat_l4proto_unique_tuple leaves a tuple that is
 * taken, and the packet is dropped where its entry would be made (__nf_conntrack_confirm: insert_failed), of TCP and UDP.
 * @param branch a new connection that the rule rewrote @returns the end of the packet; null where some port may be free, which
 *   that of a closed TCP connection is (nf_nat_used_tuple_harder)
 */
export function withoutPort(branch: Branch, ports: Range, world: World): Ended | null {
  const { connection, protocol } = branch.state;
  if (connection === null || connection.fromCapture || connection.state !== 'NEW') return null;
  if (!hasPorts(protocol) || ports.to - ports.from >= ALL_TRIED) return null;
  let last: Flow | null = null;
  for (let port = ports.from; port <= ports.to; port++) {
    last = holderOf(branch.state, { ...connection, replyDestinationPort: port }, world);
    if (last === null || (protocol === TCP && (last.state === null || CLOSED.has(last.state)))) return null;
  }
  if (last === null) return null;
  const reason: Reason = { code: 'ports-taken', ports, file: last.file, line: last.line };
  const end = turned(branch, 'nat', { fact: 'ended', reason });
  return ended({ branch: end, verdict: 'drop', reason, rejectWith: null, exit: null });
}

const CLOSED: ReadonlySet<string> = new Set(['TIME_WAIT', 'CLOSE']);

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
