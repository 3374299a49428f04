import { canAnswerFrom } from '../host/local-addresses.ts';
import type { PacketState } from '../trace/state.ts';
import type { NotOwn } from './connection.ts';
import type { Listening } from './listening.ts';
import type { NodeView } from './node-view.ts';

/**
 * IPv4 routes no packet of a plain socket, nor one of the kernel's own (icmp_reply, ip_send_unicast_reply, icmp_send), whose
 * source is no address of the node: SYN-ACK, RST and echo reply are never sent. A transparent socket may send from anywhere
 * (inet_sk_flowi_flags: FLOWI_FLAG_ANYSRC, include/net/inet_sock.h).
 * @param end a packet that came to the node itself @returns null where it can be answered
 */
export function notAnswered({ host }: NodeView, listening: Listening, end: PacketState): NotOwn | null {
  // TPROXY gives packets to transparent sockets alone (nf_tproxy_sk_is_transparent).
  if (end.takenOver) return null;
  const own = canAnswerFrom(host, end.destination);
  if (own === true) return null;
  if (own === null) return 'tables';
  if (end.icmp !== null) return 'echo';
  return listening === 'no' ? 'refusal' : 'socket';
}
