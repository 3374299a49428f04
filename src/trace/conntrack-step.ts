import type { Flow } from '../conntrack/flow.ts';
import type { FoundFlow } from '../conntrack/flow-table.ts';
import { directionOf } from '../conntrack/match-flow.ts';
import { isBalancedProtocol } from '../ipvs/table.ts';
import { sameAddress } from '../net/address.ts';
import { DCCP, hasPorts, ICMP, ICMPV6, SCTP, TCP, UDP, UDPLITE } from '../net/protocol.ts';
import { type Branch, changed, turned } from './branch.ts';
import { type IcmpTuple, UNKNOWN_ID } from './opened-flow.ts';
import type { Packet } from './packet.ts';
import { senderOf } from './packet.ts';
import { type Connection, openConnection } from './state.ts';
import { tracksConnections } from './tracking.ts';
import type { World } from './world.ts';

/**
 * Connection tracking at PREROUTING and OUTPUT, between raw and mangle: finds the packet's flow or opens one.
 * A packet that came back through the loopback device keeps the connection it has (nf_conntrack_in: "previously seen").
 */
export function trackConnection(
  branch: Branch,
  packet: Packet,
  world: World,
  before: readonly Flow[],
): Branch {
  const { state } = branch;
  if (state.connection !== null || state.untracked === 'UNTRACKED') return branch;
  if (packet.state === 'NEW' && tracksConnections(world, state.family) === false) return branch;
  if (packet.state === 'INVALID' || packet.state === 'UNTRACKED')
    return changed(branch, { untracked: packet.state, zones: null });
  const found = lookUp(branch, packet, world, before);
  if (found === null) {
    const fate = packet.state === 'NEW' ? withoutFlow(packet) : 'opens';
    if (fate !== 'opens') return changed(branch, { untracked: fate, zones: null });
    return changed(branch, { connection: openConnection(state, packet.state) });
  }
  const { flow, direction, opened } = found;
  if (reopens(flow, state.tcpFlags)) {
    const opened = changed(branch, { connection: openConnection(state, packet.state) });
    return turned(opened, 'conntrack', {
      fact: 'flow-replaced',
      file: flow.file,
      line: flow.line,
      state: flow.state,
    });
  }
  const tracked = changed(branch, {
    connection: connectionOf(flow, direction, world),
    tcpFlags: packet.header?.tcpFlags ?? null,
  });
  const answersFrom = { address: flow.reply.source, port: flow.reply.sourcePort };
  if (opened) return turned(tracked, 'conntrack', { fact: 'flow-opened', direction, answersFrom });
  return turned(tracked, 'conntrack', {
    fact: 'flow-found',
    file: flow.file,
    line: flow.line,
    state: flow.state,
    status: flow.status,
    answersFrom,
  });
}

/** A flow that the packet is of. `opened`: by an earlier packet of the connection that is asked about. */
type Found = FoundFlow & { readonly opened: boolean };

function lookUp(branch: Branch, packet: Packet, world: World, before: readonly Flow[]): Found | null {
  const { state } = branch;
  const source = state.source.address;
  if (source === null) return null;
  const query = {
    protocol: state.protocol,
    source,
    sourcePort: state.sourcePort,
    destination: state.destination,
    destinationPort: state.destinationPort,
    icmp: packet.icmp?.id === undefined ? null : { ...packet.icmp, id: packet.icmp.id },
  };
  const { original, reply } = state.zones ?? { original: 0, reply: 0 };
  if (original === null || reply === null) return null;
  // A zone may be for one direction only; the packet may go either way (resolve_normal_ct).
  const placed = { ...query, zone: original, replyZone: reply };
  for (const flow of before) {
    const direction = directionOf(flow, { ...placed, icmp: icmpOf(packet) });
    if (direction !== null) return { flow, direction, opened: true };
  }
  if (world.flows === null) return null;
  if (hasPorts(state.protocol) && (state.sourcePort === null || state.destinationPort === null)) return null;
  const found = world.flows.findFlow(placed);
  return found === null ? null : { ...found, opened: false };
}

/** Of a connection whose echo has an identifier that nobody knows. */
function icmpOf({ icmp }: Packet): IcmpTuple | null {
  return icmp === null ? null : { type: icmp.type, code: icmp.code, id: icmp.id ?? UNKNOWN_ID };
}

/**
 * A SYN on a connection in TIME_WAIT or CLOSE makes the kernel drop the entry and start anew; any other packet goes on
 * with the old one (nf_conntrack_tcp_packet, net/netfilter/nf_conntrack_proto_tcp.c).
 */
function reopens(flow: Flow, flags: number | null): boolean {
  return (
    (flow.state === 'TIME_WAIT' || flow.state === 'CLOSE') && (flags === null || (flags & SYN_ACK) === SYN)
  );
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
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;
const SYN_ACK = SYN | ACK;

function connectionOf(flow: Flow, direction: 'original' | 'reply', world: World): Connection {
  const { original, reply } = flow;
  const moved =
    !sameAddress(reply.source, original.destination) || reply.sourcePort !== original.destinationPort;
  const balanced = moved ? isBalanced(flow, world) : false;
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
    dnat: moved && balanced !== true,
    ...(balanced === null ? { mayBeBalanced: true as const } : {}),
    snat: !sameAddress(reply.destination, original.source) || reply.destinationPort !== original.sourcePort,
    destinationDecided: true,
    sourceDecided: true,
    // An answer marks the connection before it meets the first rule (nf_conntrack_in).
    seenReply: direction === 'reply' || !unreplied,
    assured: flow.status.includes('ASSURED') || (becomesAssured(flow) ? null : false),
    confirmed: true,
    fromCapture: true,
  };
}

/**
 * IPVS writes a flow's answering end without making it one that nat rewrote, and conntrack does not print the difference.
 * @returns null where what IPVS balances is not known
 */
function isBalanced({ protocol, original, mark }: Flow, { ipvs }: World): boolean | null {
  if (ipvs === undefined || ipvs === null || !isBalancedProtocol(protocol)) return false;
  if (ipvs === 'not-captured') return null;
  if (ipvs.find(protocol, original.destination, original.destinationPort, mark) !== null) return true;
  return ipvs.incomplete ? null : false;
}

/** The packet asked about may be the one that ends a handshake, or the first two seconds of a UDP conversation. */
function becomesAssured({ protocol, status, state }: Flow): boolean {
  if (status.includes('UNREPLIED')) return false;
  if (protocol === TCP) return state === 'SYN_RECV' || state === 'ESTABLISHED';
  return protocol === UDP || protocol === UDPLITE || protocol === SCTP || protocol === DCCP;
}
