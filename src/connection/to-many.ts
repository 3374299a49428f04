import { addressType } from '../host/address-type.ts';
import type { Host } from '../host/facts.ts';
import { isLocalAddress } from '../host/local-addresses.ts';
import { sysctlNumber } from '../host/sysctl.ts';
import type { Address, Family } from '../net/address.ts';
import { TCP } from '../net/protocol.ts';
import type { Packet } from '../trace/packet.ts';
import type { PacketState } from '../trace/state.ts';
import type { Client } from './client.ts';
import type { ConnectionReason, Many, Place, Sees } from './connection.ts';
import type { Listening } from './listening.ts';
import type { NodeView } from './node-view.ts';

/** How a connection ends that nobody answers from where it was asked. */
export interface Silent {
  readonly sees: Extract<Sees, 'refused' | 'times-out' | 'unknown'>;
  readonly reason: ConnectionReason;
}

/**
 * What the sender's own kernel does with a destination that is nobody's: it takes 0.0.0.0 and :: for itself (toItself in
 * trace/routing.ts), and makes no TCP connection to many (tcp_v4_connect: RTCF_BROADCAST, RTCF_MULTICAST; tcp_v6_connect:
 * IPV6_ADDR_MULTICAST). Which networks' broadcasts a pod or another machine knows is in no capture.
 * @returns null where it sends the packet
 */
export function notSent(view: NodeView, { protocol }: Packet, client: Client): Silent | null {
  const { address, port } = client.asked;
  const own = client.processOf !== null;
  const at = { node: view.name, address, port };
  if (address.value === 0n) return own ? null : { sees: 'unknown', reason: { code: 'asks-itself', at } };
  const many = protocol === TCP ? manyAt(view, address) : null;
  if (many === null || many === 'anycast') return null;
  if (!own && many === 'broadcast' && address.value !== LIMITED) return null;
  return { sees: 'refused', reason: { code: 'to-many', at, many, because: 'connect' } };
}

const LIMITED = 0xffffffffn;

/**
 * What a node, or a network behind it, does with a packet to many, and with pings that it is told to ignore. TCP to such an address
 * is dropped (tcp_v4_conn_request, tcp_v4_send_reset: rt_type; ipv6_unicast_destination), a datagram that nobody takes is not
 * refused but on IPv6 anycast (icmp_send, icmp6_send), and what is answered is answered from another address.
 * @param end the packet where it arrived @param isProcess at the node itself
 * @returns null where who gets it answers from the address that it was sent to
 */
export function silentAt(
  view: NodeView,
  isProcess: boolean,
  listening: Listening,
  end: PacketState,
): Silent | null {
  const { destination: address, destinationPort: port, protocol } = end;
  const at = { node: view.name, address, port };
  const many = manyAt(view, address);
  const ignored = isProcess && isEcho(end) ? echoIgnored(view, end, many, at) : null;
  if (ignored !== null || many === null) return ignored;
  const silent = (sees: Silent['sees'], because: 'tcp' | 'datagram' | 'answers'): Silent => ({
    sees,
    reason: { code: 'to-many', at, many, because },
  });
  if (protocol === TCP) return silent('times-out', 'tcp');
  if (listening !== 'no' || end.icmp !== null) return silent('unknown', 'answers');
  return many === 'anycast' ? null : silent('times-out', 'datagram');
}

/** @returns the same of a packet that leaves the nodes; null where it is for one */
export function manyOutside(
  view: NodeView,
  { destination, destinationPort: port }: PacketState,
): Silent | null {
  const many = manyAt(view, destination);
  if (many === null) return null;
  const at = { node: view.name, address: destination, port };
  return { sees: 'unknown', reason: { code: 'to-many', at, many, because: 'answers' } };
}

function manyAt({ host }: NodeView, address: Address): Many | null {
  const answer = addressType(host, address.family, address, null);
  if (answer.kind === 'unknown') return null;
  if (answer.types.includes('MULTICAST')) return 'multicast';
  if (answer.types.includes('BROADCAST')) return 'broadcast';
  return answer.types.includes('ANYCAST') && isLocalAddress(host, address) === false ? 'anycast' : null;
}

const ECHO = { ipv4: 8, ipv6: 128 } as const;

/** @returns true for an echo request. */
export function isEcho({ icmp, family }: Pick<PacketState, 'icmp' | 'family'>): boolean {
  return icmp?.type === ECHO[family];
}

/** Echoes that the node is told not to answer (icmp_echo, icmp_rcv; icmpv6_echo_reply). That it answers those to itself is the default. */
function echoIgnored(
  { host }: NodeView,
  { family }: PacketState,
  many: Many | null,
  at: Place,
): Silent | null {
  if (ignoresAllEchoes(host, family) === true)
    return { sees: 'times-out', reason: echo(at, IGNORES_ALL[family], true) };
  if (many === null) return null;
  const some =
    family === 'ipv4' ? 'net.ipv4.icmp_echo_ignore_broadcasts' : `net.ipv6.icmp.echo_ignore_${many}`;
  // On IPv4 they are ignored unless told otherwise, on IPv6 answered.
  const value = sysctlNumber(host, some) ?? (family === 'ipv4' ? null : 0);
  if (value === 0) return null;
  return { sees: value === null ? 'unknown' : 'times-out', reason: echo(at, some, value !== null) };
}

const IGNORES_ALL = {
  ipv4: 'net.ipv4.icmp_echo_ignore_all',
  ipv6: 'net.ipv6.icmp.echo_ignore_all',
} as const;

/** @returns whether the node is told to answer no ping at all; null where the sysctl was not captured. */
export function ignoresAllEchoes(host: Host, family: Family): boolean | null {
  const value = sysctlNumber(host, IGNORES_ALL[family]);
  return value === null ? null : value !== 0;
}

function echo(at: Place, sysctl: string, captured: boolean): ConnectionReason {
  return { code: 'echo-ignored', at, sysctl, captured };
}
