import { answerType } from '../net/icmp-answer.ts';
import { TCP } from '../net/protocol.ts';
import { portOrSome } from '../trace/opened-flow.ts';
import type { Device, Packet } from '../trace/packet.ts';
import { senderOf } from '../trace/packet.ts';
import type { PacketState } from '../trace/state.ts';
import type { Client } from './client.ts';

/** SYN and ACK: how a listening socket answers the first packet of a TCP connection. */
const SYN_ACK = 0x12;

/**
 * @param end the request as it reached who answers it; `from` where the answer meets the node of who does
 * @returns the answer's first packet; null where the request is none
 */
export function answerPacket(
  end: PacketState,
  client: Client,
  from: { readonly entersAt: 'PREROUTING' | 'OUTPUT'; readonly inInterface: Device },
): Packet | null {
  const { family, protocol, icmp } = end;
  const type = icmp === null ? null : answerType(protocol, icmp.type);
  if (icmp !== null && type === null) return null;
  return {
    family,
    protocol,
    source: senderOf(end.destination),
    sourcePort: end.destinationPort,
    destination: end.source.address ?? client.address,
    destinationIsLocal: false,
    destinationPort: portOrSome(end.sourcePort, protocol),
    icmp: type === null ? null : { type, code: 0 },
    ...from,
    mark: 0,
    state: 'NEW',
    ...(protocol === TCP ? { header: { tcpFlags: SYN_ACK } } : {}),
  };
}

/**
 * @param end a packet as it left a node @param device by which it comes to the next
 * @returns it as it arrives there: neither mark nor connection go with it
 */
export function arrivingPacket(
  end: PacketState,
  client: Client,
  device: Device,
  packet: Packet,
  state: Packet['state'] = 'NEW',
): Packet {
  const { family, protocol, tos, ttl, length, tcpFlags } = end;
  return {
    family,
    protocol,
    source: senderOf(end.source.address ?? client.address),
    sourcePort: end.sourcePort,
    destination: end.destination,
    destinationIsLocal: false,
    destinationPort: end.destinationPort,
    icmp: packet.icmp,
    entersAt: 'PREROUTING',
    inInterface: device,
    mark: 0,
    state,
    header: {
      ...(tos.known === 0xff ? { tos: tos.bits } : {}),
      ...(ttl === null ? {} : { ttl }),
      ...(length === null ? {} : { length }),
      ...(tcpFlags === null ? {} : { tcpFlags }),
    },
  };
}
