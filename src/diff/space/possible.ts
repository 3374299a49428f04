import { Intervals } from '../../net/intervals.ts';
import { ICMP, ICMPV6, TCP } from '../../net/protocol.ts';
import type { Box } from './box.ts';
import { Cubes } from './cubes.ts';
import type { PacketConntrack } from './universe.ts';

/**
 * What opens a connection (tcp_conntracks, icmp_new, icmpv6_new, noct_valid_new in net/netfilter/nf_conntrack_proto_*.c). A packet
 * of no connection that opens none is one of state INVALID or UNTRACKED, and is met there, so that there is none in state NEW.
 * @returns the part of a box that holds packets, for one protocol and state; null where there is none.
 */
export function possible(box: Box, protocol: number, state: PacketConntrack): Box | null {
  if (state !== 'NEW') return box;
  if (protocol === TCP) {
    const tcpFlags = box.tcpFlags.and(OPENING_FLAGS);
    return tcpFlags.isEmpty ? null : { ...box, tcpFlags };
  }
  const requests = protocol === ICMP ? REQUESTS : protocol === ICMPV6 ? REQUESTS6 : null;
  if (requests === null) return box;
  const icmp = box.icmp.and(requests);
  return icmp.isEmpty ? null : { ...box, icmp };
}

/** SYN without ACK, or ACK without SYN in the middle of a conversation (nf_conntrack_tcp_loose); neither FIN nor RST. */
const OPENING_FLAGS = Cubes.where(0x17, 0x02).or(Cubes.where(0x17, 0x10));

const ofTypes = (...types: readonly number[]): Intervals =>
  Intervals.of(types.map((type): [bigint, bigint] => [BigInt(type << 8), BigInt((type << 8) | 0xff)]));

/** Echo, timestamp, information and address mask. */
const REQUESTS = ofTypes(8, 13, 15, 17);
const REQUESTS6 = ofTypes(128, 139);
