import type { Flow, Tuple } from '../conntrack/flow.ts';
import type { BalancedFlow } from '../ipvs/model.ts';
import type { Address } from '../net/address.ts';
import { answerType } from '../net/icmp-answer.ts';
import { hasPorts } from '../net/protocol.ts';
import { labelsOf } from './labels.ts';
import type { Packet } from './packet.ts';
import type { PacketState } from './state.ts';

/** What tells ICMP flows apart, beside their addresses. */
type IcmpTuple = NonNullable<Tuple['icmp']>;

/** Stands for the identifier of an echo that nobody knows; no real one is negative. */
export const UNKNOWN_ID = -1;

/** Stands for a client's port where any may be: one of those that Linux gives out (net.ipv4.ip_local_port_range), and no node port. */
export const SOME_PORT = 44_321;

/** @returns the port, or one that stands for it; null where the protocol has none. */
export function portOrSome(port: number | null, protocol: number): number | null {
  return port ?? (hasPorts(protocol) ? SOME_PORT : null);
}

/**
 * @param state the packet as it left the node, or reached a socket of it
 * @param packet the same as it came
 * @param client who sent it, where the question names only what is known of them: an address that stands for theirs
 * @returns the conntrack entry that it leaves behind, in which answers find what to undo; null where it has none
 */
export function openedFlow(state: PacketState, packet: Packet, client: Address): Flow | null {
  const { connection } = state;
  if (connection === null || connection.quoted) return null;
  const icmp = icmpTuples(packet);
  const zone = state.zones;
  return {
    protocol: state.protocol,
    state: null,
    timeoutSeconds: null,
    ageSeconds: null,
    status: ['UNREPLIED'],
    original: {
      packets: null,
      bytes: null,
      source: connection.originalSource.address ?? client,
      sourcePort: portOrSome(connection.originalSourcePort, state.protocol),
      destination: connection.originalDestination,
      destinationPort: connection.originalDestinationPort,
      icmp: icmp?.request ?? null,
      zone: zone?.original ?? null,
    },
    reply: {
      packets: null,
      bytes: null,
      source: connection.replySource,
      sourcePort: connection.replySourcePort,
      destination: connection.replyDestination.address ?? client,
      destinationPort: portOrSome(connection.replyDestinationPort, state.protocol),
      icmp: icmp?.answer ?? null,
      zone: zone?.reply ?? null,
    },
    mark: connection.mark,
    zone: null,
    helper: null,
    secctx: null,
    id: null,
    labels: labelsOf(connection)?.join() ?? null,
    masqueradedBy: connection.masqueradedBy ?? null,
    file: '',
    line: 0,
  };
}

function icmpTuples({ protocol, icmp }: Packet): { request: IcmpTuple; answer: IcmpTuple } | null {
  if (icmp === null) return null;
  const { type, code, id = UNKNOWN_ID } = icmp;
  return {
    request: { type, code, id },
    answer: { type: answerType(protocol, type) ?? type, code, id },
  };
}

/** @returns the connection that IPVS remembers of a packet which it sent on; null where it did not, or schedules each for itself. */
export function balancedFlow(state: PacketState, client: Address): BalancedFlow | null {
  const { balancedBy, connection, protocol, destination, destinationPort } = state;
  if (balancedBy === null || balancedBy.onePacket || connection?.direction === 'REPLY') return null;
  const { originalSource: source, originalSourcePort: port } = connection ?? {
    originalSource: state.source,
    originalSourcePort: state.sourcePort,
  };
  const socket = (address: Address, of: number | null) => ({ address, port: portOrSome(of, protocol) ?? 0 });
  return {
    protocol,
    client: socket(source.address ?? client, port),
    virtual: socket(balancedBy.address, balancedBy.port),
    destination: socket(destination, destinationPort),
  };
}
