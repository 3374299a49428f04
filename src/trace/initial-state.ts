import type { Packet } from './packet.ts';
import { type PacketState, type SocketIds, SYN } from './state.ts';

/** @returns the state of the packet as it meets the first hook: conntrack has not seen it yet. */
export function initialState(packet: Packet): PacketState {
  return {
    family: packet.family,
    protocol: packet.protocol,
    source: packet.source,
    sourcePort: packet.sourcePort,
    destination: packet.destination,
    destinationPort: packet.destinationPort,
    destinationLocal: packet.destinationIsLocal ? true : null,
    icmp: packet.icmp,
    tcpFlags: packet.header?.tcpFlags ?? (packet.protocol === 6 && packet.state === 'NEW' ? SYN : null),
    tos: packet.header?.tos === undefined ? { bits: 0, known: 0 } : { bits: packet.header.tos, known: 0xff },
    ttl: packet.header?.ttl ?? null,
    length: packet.header?.length ?? null,
    segmentSizeSet: false,
    mark: packet.markBits === undefined ? packet.mark : null,
    markBits: packet.markBits,
    writes: undefined,
    inInterface: packet.entersAt === 'OUTPUT' ? null : packet.inInterface,
    outInterface: null,
    inPort: packet.inPort,
    arrivedBy: null,
    balancedBy: null,
    takenOver: false,
    frame: frameOf(packet),
    fromNode: packet.entersAt === 'OUTPUT',
    ids: idsOf(packet.header?.userId),
    bridged: false,
    connection: null,
    untracked: null,
    route: null,
    sourceRewrite: 'none',
    recentLists: [],
    setChanges: [],
    nftSetChanges: [],
    zones: null,
  };
}

/** A packet of the node carries the type of a new one, which is unicast, whatever its destination. */
function frameOf({ entersAt, destination: { family, value } }: Packet): PacketState['frame'] {
  if (entersAt === 'OUTPUT') return 'unicast';
  if (family === 'ipv6') return value >> 120n === 0xffn ? 'multicast' : 'unicast';
  return value === 0xffffffffn ? 'broadcast' : value >> 28n === 0xen ? 'multicast' : 'unicast';
}

function idsOf(user: number | undefined): SocketIds {
  return user === undefined ? {} : { user: [{ from: user, to: user }] };
}
