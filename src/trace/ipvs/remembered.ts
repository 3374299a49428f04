import { sysctlNumber } from '../../host/sysctl.ts';
import type { IpvsConnection, IpvsSocket, RealServer, VirtualServer } from '../../ipvs/model.ts';
import { takenText } from '../../ipvs/print-ipvs.ts';
import type { IpvsTable } from '../../ipvs/table.ts';
import { type Address, sameAddress } from '../../net/address.ts';
import { formatSocket } from '../../net/listed-socket.ts';
import { maskOfLength } from '../../net/prefix.ts';
import { TCP } from '../../net/protocol.ts';
import type { Branch } from '../branch.ts';
import { type Choice, choose } from '../choose.ts';
import { assume, type TraceContext } from '../context.ts';
import type { IpvsSetting } from '../reason.ts';
import type { PacketState } from '../state.ts';

/** What IPVS remembers of a packet's connection. */
export type Memory =
  /** Nothing: it is scheduled. */
  | { readonly kind: 'none' }
  | { readonly kind: 'to'; readonly real: RealServer; readonly server: VirtualServer }
  /**
   * It goes to a server that is gone: the packet is dropped. With `expire_nodest_conn` IPVS forgets the connection then.
   */
  | { readonly kind: 'gone'; readonly server: string; readonly real: string; readonly forgets: boolean }
  /** conntrack has it, and IPVS' list of connections does not. */
  | { readonly kind: 'disputed'; readonly server: string }
  /** It goes to a server that the listing lacks, which is not whole. */
  | { readonly kind: 'unlisted' };

/**
 * Whether the packet belongs to a connection that IPVS has (ip_vs_in, net/netfilter/ipvs/ip_vs_core.c): it goes where it went,
 * whichever virtual server would take it now. A first packet of TCP on an entry that ended is scheduled anew, and so is one
 * whose server's weight is 0, where `expire_nodest_conn` is set.
 * @param taking the virtual server that would take the packet now
 */
export function rememberedConnection(
  state: PacketState,
  taking: VirtualServer | null,
  table: IpvsTable,
  context: TraceContext,
): Memory {
  const entry = entryOf(state, table);
  const socket = entry?.destination ?? (taking === null ? null : answersFrom(state));
  if (socket === null) return { kind: 'none' };
  // IPVS keeps a TCP connection for 15 minutes without a packet, conntrack for days; or it was made between the two listings.
  if (entry === null && taking !== null && state.protocol === TCP && isWithoutEntry(state, table))
    return isScheduled(state, context)
      ? { kind: 'none' }
      : { kind: 'disputed', server: takenText(taking.takes) };
  const takers = table.mayHaveTaken(state.protocol, state.destination, state.destinationPort);
  const kept = serverAt(takers, socket, state.destinationPort);
  if (kept === null) {
    if (table.incomplete || takers.some(({ incomplete }) => incomplete === true)) return { kind: 'unlisted' };
    return withoutServer(state, taking, socket, entry, table, context);
  }
  const first = opensTcp(state, context);
  if (first && kept.real.weight === 0 && isOn('expire_nodest_conn', context)) return { kind: 'none' };
  if (first && hasEnded(entry, kept.server) && isOn('conn_reuse_mode', context)) return { kind: 'none' };
  return { kind: 'to', ...kept };
}

/** Of a connection whose real server was deleted. */
function withoutServer(
  state: PacketState,
  taking: VirtualServer | null,
  socket: IpvsSocket,
  entry: IpvsConnection | null,
  table: IpvsTable,
  context: TraceContext,
): Memory {
  const server = taking === null ? formatSocket(entry?.virtual ?? socket) : takenText(taking.takes);
  const gone = { kind: 'gone' as const, server, real: formatSocket(socket) };
  const expires = isOn('expire_nodest_conn', context);
  // A packet whose connection conntrack knows is dropped with the entry (ip_vs_conn_uses_old_conntrack).
  const drops =
    sysctlNumber(context.world.host, 'net.ipv4.vs.conntrack') !== 0 && !isScheduled(state, context);
  if (expires && drops && entry !== null) return { ...gone, forgets: true };
  // IPVS keeps UDP longer than conntrack does: where its entries were not listed, a flow that lives there lives here.
  if (expires || (entry === null && table.connections !== null)) return { kind: 'none' };
  return { ...gone, forgets: false };
}

/** A connection that a template holds is not scheduled anew (is_new_conn_expected). */
function hasEnded(entry: IpvsConnection | null, { persistence }: VirtualServer): boolean {
  return persistence === null && (entry?.state === 'TIME_WAIT' || entry?.state === 'CLOSE');
}

/** kube-proxy or the kernel sets them: a capture that does not tell is taken to have them, and it is said. */
function isOn(name: IpvsSetting, context: TraceContext): boolean {
  const value = sysctlNumber(context.world.host, `net.ipv4.vs.${name}`);
  if (value === null) assume(context, { code: 'ipvs-setting', name });
  return value !== 0;
}

/**
 * Whether a packet that IPVS has no connection of is scheduled: of TCP only SYN is, unless `sloppy_tcp` is 1
 * (tcp_conn_schedule, net/netfilter/ipvs/ip_vs_proto_tcp.c). Where neither flags nor state tell, it is taken to be SYN.
 */
export function isScheduled(state: PacketState, context: TraceContext): boolean {
  const { protocol, tcpFlags } = state;
  if (protocol !== TCP) return true;
  if (tcpFlags !== null && (tcpFlags & RST) !== 0) return false;
  return sysctlNumber(context.world.host, 'net.ipv4.vs.sloppy_tcp') === 1 || opensTcp(state, context);
}

/**
 * Whether the packet is a SYN of TCP (is_new_conn). Where its flags are not known its state tells: one of a connection that
 * conntrack has is none, as one that ended was opened anew by then.
 */
function opensTcp({ protocol, tcpFlags, connection }: PacketState, { packet }: TraceContext): boolean {
  if (protocol !== TCP) return false;
  if (tcpFlags !== null) return (tcpFlags & SYN) !== 0;
  if (packet.state === 'ESTABLISHED' || packet.state === 'INVALID') return false;
  return connection === null || !connection.fromCapture || connection.state === 'NEW';
}

const SYN = 0x02;
const RST = 0x04;

/** True where it is known that IPVS has no connection of the packet that it could go by. */
export function isWithoutEntry(state: PacketState, table: IpvsTable): boolean {
  const { sourcePort, destinationPort } = state;
  return (
    table.connectionsWhole && clientOf(state) !== null && sourcePort !== null && destinationPort !== null
  );
}

function clientOf({ connection, source }: PacketState): Address | null {
  return connection?.originalSource.address ?? source.address;
}

function entryOf(state: PacketState, table: IpvsTable): IpvsConnection | null {
  const { protocol, sourcePort, destination, destinationPort } = state;
  const client = clientOf(state);
  if (client === null || sourcePort === null || destinationPort === null) return null;
  return table.connection(
    protocol,
    { address: client, port: sourcePort },
    { address: destination, port: destinationPort },
  );
}

/** conntrack holds the answer's sender: the real server, where it is not who was asked. */
function answersFrom({ connection }: PacketState): IpvsSocket | null {
  if (connection === null || !connection.fromCapture || connection.replySourcePort === null) return null;
  const {
    replySource: address,
    replySourcePort: port,
    originalDestination,
    originalDestinationPort,
  } = connection;
  return sameAddress(address, originalDestination) && port === originalDestinationPort
    ? null
    : { address, port };
}

/** A real server without a port gave the connection the port that its packets go to. */
function serverAt(
  takers: readonly VirtualServer[],
  { address, port }: IpvsSocket,
  destinationPort: number | null,
): { readonly server: VirtualServer; readonly real: RealServer } | null {
  for (const server of takers)
    for (const real of server.servers)
      if (
        sameAddress(real.address, address) &&
        (real.port === port || (real.port === 0 && port === destinationPort))
      )
        return { server, real };
  return null;
}

/** A way of a client of a persistent virtual server; `real` is null where no template holds it. */
export interface Kept {
  readonly branch: Branch;
  readonly real: RealServer | null;
}

/**
 * A persistent virtual server keeps a client at its real server by a template (ip_vs_sched_persist): read where the
 * connections were listed and the client is known, else a question for each real server that may have it.
 */
export function keptByTemplate(
  branch: Branch,
  server: VirtualServer,
  table: IpvsTable,
  context: TraceContext,
): Kept[] {
  const { persistence, takes } = server;
  if (persistence === null || takes.by === 'mark') return [{ branch, real: null }];
  // A template whose server takes nothing new is thrown away, where the kernel is told so (ip_vs_check_template).
  const valid = server.servers.filter(
    ({ weight }) => weight !== 0 || !isOn('expire_quiescent_template', context),
  );
  const client = branch.state.source.address;
  const held =
    table.connections?.filter(
      ({ template, virtual, protocol }) =>
        template &&
        protocol === takes.protocol &&
        virtual.port === takes.port &&
        sameAddress(virtual.address, takes.address),
    ) ?? null;
  if (held !== null && client !== null) {
    const own = held.find(({ client: { address } }) => covers(address, client, persistence.prefixLength));
    const real =
      own === undefined
        ? undefined
        : valid.find(
            (each) =>
              each.port === own.destination.port && sameAddress(each.address, own.destination.address),
          );
    return [{ branch, real: real ?? null }];
  }
  const may =
    held === null
      ? valid
      : valid.filter((each) =>
          held.some(
            ({ destination }) =>
              destination.port === each.port && sameAddress(destination.address, each.address),
          ),
        );
  // The last choice, that no template holds it, is what is left.
  const choices = [...may, null].map(
    (real): Choice<RealServer | null> => ({
      value: real,
      question: {
        code: 'ipvs-template',
        server: takenText(takes),
        seconds: persistence.seconds,
        client,
        real: real === null ? null : formatSocket(real),
      },
    }),
  );
  return choose(branch, choices, context.questions).map(({ branch: way, value }) => ({
    branch: way,
    real: value,
  }));
}

function covers(network: Address, client: Address, prefixLength: number): boolean {
  if (network.family !== client.family) return false;
  const mask = maskOfLength(client.family, prefixLength);
  return (network.value & mask) === (client.value & mask);
}
