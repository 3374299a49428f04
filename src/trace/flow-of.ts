import type { Flow } from '../conntrack/flow.ts';
import type { FoundFlow } from '../conntrack/flow-table.ts';
import { directionOf } from '../conntrack/match-flow.ts';
import { hasPorts } from '../net/protocol.ts';
import type { Branch } from './branch.ts';
import { UNKNOWN_ID } from './opened-flow.ts';
import type { Packet } from './packet.ts';
import type { World } from './world.ts';

/** @returns the flow of this very connection that an earlier packet of it opened. */
export function openedBefore(branch: Branch, packet: Packet, before: readonly Flow[]): FoundFlow | null {
  const { protocol, source, sourcePort, destination, destinationPort, zones } = branch.state;
  const { original, reply } = zones ?? { original: 0, reply: 0 };
  if (source.address === null || original === null || reply === null) return null;
  const { icmp } = packet;
  const query = {
    protocol,
    source: source.address,
    sourcePort,
    destination,
    destinationPort,
    icmp: icmp === null ? null : { type: icmp.type, code: icmp.code, id: icmp.id ?? UNKNOWN_ID },
    zone: original,
    replyZone: reply,
  };
  for (const flow of before) {
    const direction = directionOf(flow, query);
    if (direction !== null) return { flow, direction };
  }
  return null;
}

/** @returns the flow that the packet belongs to, as far as its ends are known; null where the listing has none. */
export function flowOf(branch: Branch, packet: Packet, world: World): FoundFlow | null {
  const { state } = branch;
  const source = state.source.address;
  if (world.flows === null || source === null) return null;
  if (hasPorts(state.protocol) && (state.sourcePort === null || state.destinationPort === null)) return null;
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
  return world.flows.findFlow({ ...query, zone: original, replyZone: reply });
}
