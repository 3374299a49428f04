import type { Flow } from '../conntrack/flow.ts';
import type { FoundFlow } from '../conntrack/flow-table.ts';
import { IpvsTable, isBalancedProtocol } from '../ipvs/table.ts';
import { sameAddress } from '../net/address.ts';
import { DCCP, ICMP, ICMPV6, SCTP, TCP, UDP, UDPLITE } from '../net/protocol.ts';
import { unknown } from './answer.ts';
import { type Branch, changed, turned } from './branch.ts';
import { choose, eitherWay } from './choose.ts';
import { assume, type TraceContext } from './context.ts';
import { expectationOf } from './expected.ts';
import { flowOf, openedBefore } from './flow-of.ts';
import type { Packet } from './packet.ts';
import { senderOf } from './packet.ts';
import { type Connection, openConnection, quotesFlow, SYN } from './state.ts';
import { tracksConnections } from './tracking.ts';
import type { World } from './world.ts';
import { inZoneOfMark, inZones, zonesOfFlow } from './zones.ts';

/**
 * Connection tracking at PREROUTING and OUTPUT, between raw and mangle: finds the packet's flow or opens one.
 * A packet that came back through the loopback device keeps the connection it has (nf_conntrack_in: "previously seen").
 */
export function trackConnection(came: Branch, context: TraceContext): Branch[] {
  const { packet, world } = context;
  const branch = inZoneOfMark(came);
  const { state } = branch;
  if (state.connection !== null || state.untracked === 'UNTRACKED') return [branch];
  if (packet.state === 'NEW' && tracksConnections(world, state.family) === false) return [branch];
  if (packet.state === 'INVALID' || packet.state === 'UNTRACKED')
    return [changed(branch, { untracked: packet.state, zones: null })];
  const as = packet.state;
  return inZones(branch, context).flatMap((way) => lookedUp(way, as, context));
}

function lookedUp(branch: Branch, as: Connection['state'], context: TraceContext): Branch[] {
  const { packet, world, questions, opened: before } = context;
  const { state } = branch;
  const own = openedBefore(branch, packet, before);
  if (own !== null) return [partOfOwn(branch, own, context)];
  const found = flowOf(branch, packet, world);
  if (found === null && isReaddressed(branch, as, packet)) return quotedAnew(branch, context);
  if (found === null) {
    const fate = as === 'NEW' ? withoutFlow(packet) : 'opens';
    if (fate !== 'opens') return [changed(branch, { untracked: fate, zones: null })];
    const expected = as === 'NEW' ? expectationOf(world, state) : null;
    if (expected !== null) {
      const { helper, file, line } = expected;
      assume(context, { code: 'expected-not-rewritten', helper, file, line });
      return [changed(branch, { connection: openConnection(state, 'RELATED') })];
    }
    return [changed(branch, { connection: openConnection(state, as) })];
  }
  const { flow } = found;
  const known = reopens(flow, state.tcpFlags);
  if (known !== null) return known ? [replaced(branch, flow, as)] : partOf(branch, found, context);
  const { file, line } = flow;
  const choices = [true, false].map((by) => ({
    value: by,
    question: { code: 'flow-closed', file, line, byClient: by } as const,
  }));
  return choose(branch, choices, questions).flatMap(({ branch: way, value }) =>
    value ? [replaced(way, flow, as)] : partOf(way, found, context),
  );
}

/** An ICMP error that a rule gave another destination before conntrack saw it. */
function isReaddressed({ state }: Branch, as: Connection['state'], { destination }: Packet): boolean {
  return quotesFlow(state, as) && !sameAddress(state.destination, destination);
}

/** It is RELATED only if the packet that it quotes came from whom it is for (nf_conntrack_inet_error; since 5.2). */
function quotedAnew(branch: Branch, { questions }: TraceContext): Branch[] {
  const { destination } = branch.state;
  const question = unknown({ code: 'quoted-flow', has: { fact: 'sender', address: destination } });
  return eitherWay(branch, question, questions).map(({ branch: way, held }) =>
    held
      ? changed(way, { connection: openConnection(way.state, 'RELATED') })
      : changed(way, { untracked: 'INVALID', zones: null }),
  );
}

function replaced(branch: Branch, { file, line, state }: Flow, as: Connection['state']): Branch {
  const opened = changed(branch, { connection: openConnection(branch.state, as) });
  return turned(opened, 'conntrack', { fact: 'flow-replaced', file, line, state });
}

/** A packet of the connection that is asked about: one before it opened the entry here, and no capture holds it. */
function partOfOwn(
  branch: Branch,
  { flow, direction }: FoundFlow,
  { packet, world, balanced }: TraceContext,
): Branch {
  const by = isBalanced(flow, world);
  // What IPVS took of this very connection is known, and in no capture's list.
  const isTold = by === 'either' || (world.ipvs instanceof IpvsTable && world.ipvs.besideNat);
  const tracked = changed(branch, {
    connection: connectionOf(flow, direction, isTold ? balanced.length > 0 : by),
    zones: zonesOfFlow(flow),
    tcpFlags: packet.header?.tcpFlags ?? null,
  });
  const answersFrom = { address: flow.reply.source, port: flow.reply.sourcePort };
  return turned(tracked, 'conntrack', { fact: 'flow-opened', direction, answersFrom });
}

function partOf(
  branch: Branch,
  { flow, direction }: FoundFlow,
  { packet, world, questions }: TraceContext,
): Branch[] {
  const { file, line, state, status, reply } = flow;
  const as = (way: Branch, balanced: boolean | null): Branch =>
    turned(
      changed(way, {
        connection: connectionOf(flow, direction, balanced),
        zones: zonesOfFlow(flow),
        tcpFlags: packet.header?.tcpFlags ?? null,
      }),
      'conntrack',
      {
        fact: 'flow-found',
        file,
        line,
        state,
        status,
        answersFrom: { address: reply.source, port: reply.sourcePort },
      },
    );
  const balanced = isBalanced(flow, world);
  if (balanced !== 'either') return [as(branch, balanced)];
  const choices = [false, true].map((byIpvs) => ({
    value: byIpvs,
    question: { code: 'flow-balanced', file, line, byIpvs } as const,
  }));
  return choose(branch, choices, questions).map(({ branch: way, value }) => as(way, value));
}

/**
 * A SYN on a connection in TIME_WAIT or CLOSE makes the kernel drop the entry and start anew; any other packet goes on
 * with the old one, and so does a SYN where a reset of the server's closed it: the kernel remembers who sent the last one
 * (nf_conntrack_tcp_packet, net/netfilter/nf_conntrack_proto_tcp.c: last_dir, IP_CT_TCP_FLAG_CLOSE_INIT).
 * @returns null where the listing does not tell
 */
function reopens({ state, status }: Flow, flags: number | null): boolean | null {
  if (state !== 'TIME_WAIT' && state !== 'CLOSE') return false;
  if (flags !== null && (flags & SYN_ACK) !== SYN) return false;
  // A reset that is the server's only answer makes the kernel forget the flow at once.
  return state === 'TIME_WAIT' || status.includes('UNREPLIED') ? true : null;
}

/**
 * What becomes of a packet that has no connection. Of TCP only SYN, and ACK in the middle of a conversation
 * (nf_conntrack_tcp_loose), open one (tcp_conntracks, column sNO); of ICMP only requests (icmp_new, icmpv6_new), and
 * neighbour discovery is never tracked (noct_valid_new). Where flags are not known they are taken to be SYN.
 */
function withoutFlow({ protocol, header, icmp }: Packet): 'opens' | 'INVALID' | 'UNTRACKED' {
  if (protocol === ICMP && icmp !== null) return ICMP_REQUESTS.has(icmp.type) ? 'opens' : 'INVALID';
  if (protocol === ICMPV6 && icmp !== null) {
    if (icmp.type >= 130 && (icmp.type <= 137 || icmp.type === 143)) return 'UNTRACKED';
    return icmp.type === 128 || icmp.type === 139 ? 'opens' : 'INVALID';
  }
  const flags = header?.tcpFlags;
  if (protocol !== TCP || flags === undefined) return 'opens';
  if ((flags & (RST | FIN)) !== 0) return 'INVALID';
  return (flags & SYN_ACK) === SYN || (flags & SYN_ACK) === ACK ? 'opens' : 'INVALID';
}

/** Echo, timestamp, information and address mask. */
const ICMP_REQUESTS: ReadonlySet<number> = new Set([8, 13, 15, 17]);
const FIN = 0x01;
const RST = 0x04;
const ACK = 0x10;
const SYN_ACK = SYN | ACK;

function isMoved({ original, reply }: Flow): boolean {
  return !sameAddress(reply.source, original.destination) || reply.sourcePort !== original.destinationPort;
}

/** @param balanced whether IPVS rewrote it, and not nat; null where what IPVS balances is not known */
function connectionOf(flow: Flow, direction: 'original' | 'reply', balanced: boolean | null): Connection {
  const { original, reply } = flow;
  const unreplied = flow.status.includes('UNREPLIED');
  return {
    // A packet in the original direction stays NEW until an answer was seen; an answer establishes the flow.
    state: direction === 'original' && unreplied ? 'NEW' : 'ESTABLISHED',
    direction: direction === 'original' ? 'ORIGINAL' : 'REPLY',
    quoted: false,
    mark: flow.mark,
    originalSource: senderOf(original.source),
    originalSourcePort: original.sourcePort,
    originalDestination: original.destination,
    originalDestinationPort: original.destinationPort,
    replySource: reply.source,
    replySourcePort: reply.sourcePort,
    replyDestination: senderOf(reply.destination),
    replyDestinationPort: reply.destinationPort,
    dnat: isMoved(flow) && balanced !== true,
    mayBeBalanced: balanced === null ? true : undefined,
    snat: !sameAddress(reply.destination, original.source) || reply.destinationPort !== original.sourcePort,
    destinationDecided: true,
    sourceDecided: true,
    // An answer marks the connection before it meets the first rule (nf_conntrack_in).
    seenReply: direction === 'reply' || !unreplied,
    assured: flow.status.includes('ASSURED') || (becomesAssured(flow) ? null : false),
    confirmed: true,
    labels: flow.labels?.split(',').filter((label) => label !== '') ?? null,
    counted: { original: countsOf(original), reply: countsOf(reply) },
    masqueradedBy: flow.masqueradedBy,
    fromCapture: true,
    markBits: undefined,
    writes: undefined,
    takenBy: undefined,
    labelsTold: undefined,
    labelRoom: undefined,
  };
}

function countsOf({ packets, bytes }: Flow['original']): Pick<Flow['original'], 'packets' | 'bytes'> {
  return { packets, bytes };
}

/**
 * IPVS writes a flow's answering end without making it one that nat rewrote, and conntrack does not print the difference.
 * @returns null where what IPVS balances is not known; `either` where nat may have been before it
 */
function isBalanced(flow: Flow, { ipvs }: World): boolean | 'either' | null {
  const { protocol, original, reply, mark } = flow;
  if (!isMoved(flow) || ipvs === undefined || ipvs === null || !isBalancedProtocol(protocol)) return false;
  if (ipvs === 'not-captured') return null;
  const { source, sourcePort, destination, destinationPort } = original;
  const client = { address: source, port: sourcePort ?? 0 };
  const virtual = { address: destination, port: destinationPort ?? 0 };
  const isTaken =
    ipvs.connection(protocol, client, virtual) !== null ||
    ipvs.find(protocol, destination, destinationPort, mark) !== null;
  if (isTaken) {
    const to = { address: reply.source, port: reply.sourcePort ?? 0 };
    const by = ipvs.tookFlow(protocol, client, virtual, to);
    return by === 'either' ? 'either' : by === 'ipvs';
  }
  if (ipvs.incomplete) return null;
  // A mark may have sent it to a virtual server, where no listing of connections says that none did.
  return !ipvs.connectionsWhole && ipvs.marksLeadTo(reply.source, reply.sourcePort) ? null : false;
}

/** The packet asked about may be the one that ends a handshake, or the first two seconds of a UDP conversation. */
function becomesAssured({ protocol, status, state }: Flow): boolean {
  if (status.includes('UNREPLIED')) return false;
  if (protocol === TCP) return state === 'SYN_RECV' || state === 'ESTABLISHED';
  return protocol === UDP || protocol === UDPLITE || protocol === SCTP || protocol === DCCP;
}
