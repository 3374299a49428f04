import type { Family } from '../net/address.ts';
import { ICMP, ICMPV6, TCP, UDP } from '../net/protocol.ts';
import { bridgeShown } from '../trace/bridge.ts';
import { portOrSome } from '../trace/opened-flow.ts';
import { isStopped, type Outcome } from '../trace/outcome.ts';
import { type Packet, type Sender, senderOf } from '../trace/packet.ts';
import type { Connection, PacketState } from '../trace/state.ts';
import type { Client } from './client.ts';
import type { Way } from './connection.ts';
import type { NodeView } from './node-view.ts';

/** What a node sends to somebody whom it refuses, and the connection that this carries (nf_ct_attach). */
export interface Refusal {
  /** Its mark is not told here: see answer-mark.ts. */
  readonly packet: Packet;
  /** Null where the refused packet had none: conntrack then looks at the answer, and finds it INVALID. */
  readonly attached: Connection | null;
}

/**
 * A REJECT answers with a packet of the node itself, which its OUTPUT and POSTROUTING meet (nf_send_reset and icmp_push_reply
 * call ip_local_out; their IPv6 twins do so, too). It is RELATED, a reply of the refused connection (nf_conntrack_attach).
 * @param end a request that this node refuses @param rejectWith the reset or error, as rules call it
 * @returns null where nothing is sent that rules would see, or not known what: a reset over a port of a bridge goes out by
 *   that port (nf_send_reset)
 */
export function refusalOf(
  view: NodeView,
  end: PacketState,
  rejectWith: string,
  client: Client,
): Refusal | null {
  if (end.balancedBy !== null) return null;
  const { connection, family } = end;
  if (connection?.direction === 'REPLY') return null;
  const isReset = rejectWith === 'tcp-reset';
  if (isReset && bridgeShown(view.host, family, end.arrivedBy?.device ?? end.inInterface) !== false)
    return null;
  const error = isReset ? null : (ERRORS.get(rejectWith) ?? null);
  if (!isReset && error === null) return null;
  const packet: Packet = {
    family,
    protocol: isReset ? TCP : family === 'ipv4' ? ICMP : ICMPV6,
    source: isReset || end.route?.local === true ? senderOf(end.destination) : SOME_OF_THE_NODE,
    sourcePort: isReset ? end.destinationPort : null,
    destination: end.source.address ?? client.address,
    destinationIsLocal: false,
    destinationPort: isReset ? portOrSome(end.sourcePort, TCP) : null,
    icmp: error,
    entersAt: 'OUTPUT',
    inInterface: null,
    mark: 0,
    state: 'NEW',
    ...(isReset ? { header: { tcpFlags: RST_ACK } } : {}),
  };
  return { packet, attached: connection === null ? null : repliesTo(connection) };
}

/** RST and ACK: how the kernel answers a packet that nobody takes. */
export const RST_ACK = 0x14;

/** The address of the interface that an ICMP error leaves by, as a rule (icmp_send: inet_select_addr). */
const SOME_OF_THE_NODE: Sender = { address: null, within: [], outside: [], local: true };

/** Neither does a reply confirm its connection, nor does nat ask its rules about the source of one. */
function repliesTo(connection: Connection): Connection {
  return {
    ...connection,
    state: 'RELATED',
    direction: 'REPLY',
    destinationDecided: true,
    sourceDecided: true,
    confirmed: true,
    fromCapture: true,
  };
}

/** Type and code by what iptables and nft call them (reject_tg, net/ipv4/netfilter/ipt_REJECT.c; ip6t_REJECT.c). */
const ERRORS: ReadonlyMap<string, { readonly type: number; readonly code: number }> = new Map([
  ['icmp-net-unreachable', { type: 3, code: 0 }],
  ['icmp-host-unreachable', { type: 3, code: 1 }],
  ['icmp-proto-unreachable', { type: 3, code: 2 }],
  ['icmp-port-unreachable', { type: 3, code: 3 }],
  ['icmp-net-prohibited', { type: 3, code: 9 }],
  ['icmp-host-prohibited', { type: 3, code: 10 }],
  ['icmp-admin-prohibited', { type: 3, code: 13 }],
  ['icmp-ttl-exceeded', { type: 11, code: 0 }],
  ['icmp6-no-route', { type: 1, code: 0 }],
  ['icmp6-adm-prohibited', { type: 1, code: 1 }],
  ['icmp6-addr-unreachable', { type: 1, code: 3 }],
  ['icmp6-port-unreachable', { type: 1, code: 4 }],
  ['icmp6-policy-fail', { type: 1, code: 5 }],
  ['icmp6-reject-route', { type: 1, code: 6 }],
  ['icmp6-time-exceeded', { type: 3, code: 0 }],
  ['icmp6-param-problem', { type: 4, code: 0 }],
]);

/**
 * Errors of which a UDP socket hears nothing, unless it asks for all of them (IP_RECVERR): those that are not `fatal` in
 * icmp_err_convert (net/ipv4/icmp.c) and icmpv6_err_convert (net/ipv6/icmp.c), by which udp_err goes.
 */
const UNHEARD: ReadonlySet<string> = new Set([
  ...(['icmp-net-unreachable', 'icmp-host-unreachable', 'icmp-ttl-exceeded'] as const),
  ...(['icmp6-no-route', 'icmp6-addr-unreachable', 'icmp6-time-exceeded'] as const),
]);

/** @returns whether a client's socket is not told of the error that it is refused with. */
export function isUnheard({ end, rejectWith }: Outcome): boolean {
  return end.protocol === UDP && !end.fromNode && rejectWith !== null && UNHEARD.has(rejectWith);
}

/** What the kernel refuses a datagram with for want of a socket (udp_rcv, udpv6_rcv). */
export const CLOSED_PORT: Readonly<Record<Family, string>> = {
  ipv4: 'icmp-port-unreachable',
  ipv6: 'icmp6-port-unreachable',
};

/** @returns whether it is a process of the node that is refused by its own call, and no packet tells it. */
export function isOwnCall({ end, reason }: Outcome): boolean {
  return end.fromNode && (end.protocol !== TCP || reason !== null);
}

/** Ends of a packet that certainly gets to nobody. */
const LOSES: ReadonlySet<string> = new Set(['lost', 'tunnel-lost', 'device-down', 'dead-end']);

/**
 * @param back the ways of what tells the client that it is refused
 * @returns the refusal; where all of them lose it, those, and where the capture leaves open whether they do, that
 */
export function unlessLost(refused: Way, back: readonly Way[]): readonly Way[] {
  if (back.length > 0 && back.every(({ reason }) => reason !== null && LOSES.has(reason.code))) return back;
  const open = back.find(({ reason, legs }) => {
    const last = legs.at(-1)?.outcome;
    return reason?.code === 'open-question' && last !== undefined && isStopped(last);
  });
  return [open === undefined ? refused : { ...open, share: 1 }];
}
