import { isLocalAddress } from '../../host/local-addresses.ts';
import { sysctlNumber } from '../../host/sysctl.ts';
import type { BalancedFlow, RealServer, VirtualServer } from '../../ipvs/model.ts';
import { takenText } from '../../ipvs/print-ipvs.ts';
import { type IpvsTable, isBalancedProtocol, isSameSocket } from '../../ipvs/table.ts';
import { type Address, sameAddress } from '../../net/address.ts';
import { formatSocket } from '../../net/listed-socket.ts';
import { TCP } from '../../net/protocol.ts';
import { type Branch, changed, passed } from '../branch.ts';
import type { TraceContext } from '../context.ts';
import type { Step } from '../outcome.ts';
import { senderOf } from '../packet.ts';
import { ended, next, type Passage } from '../passage.ts';
import type { IpvsPlace } from '../place.ts';
import type { HookProgram, ProgramSource } from '../program.ts';
import { ipvsUnlisted, stopped } from '../route-endings.ts';
import type { Connection, PacketState } from '../state.ts';
import { isScheduled, isWithoutEntry, keptByTemplate, rememberedConnection } from './remembered.ts';
import { schedule } from './schedule.ts';
import { sendTo } from './send.ts';

const REGISTRATION = { by: 'ipvs', rank: null };

/**
 * IPVS at its hooks (ip_vs_ops4, ip_vs_ops6, net/netfilter/ipvs/ip_vs_core.c; measured on 6.1 and 6.12): requests come in
 * at INPUT 99 and OUTPUT −98, answers of real servers at INPUT 98, OUTPUT −99 and FORWARD 100.
 */
export const IPVS: ProgramSource = {
  programs: ({ ipvs, ipvsBeyond }) => {
    if (ipvsBeyond !== undefined)
      return [
        program('INPUT', 99, (branch, context) => beyond(branch, ipvsBeyond, context)),
        program('OUTPUT', -98, (branch, context) => beyond(branch, ipvsBeyond, context)),
      ];
    if (ipvs === undefined || ipvs === null) return [];
    if (ipvs === 'not-captured')
      return [
        program('INPUT', 99, notCaptured),
        program('FORWARD', 100, maybeForNode),
        program('OUTPUT', -98, notCaptured),
      ];
    if (ipvs.servers.length === 0 && !ipvs.incomplete && (ipvs.connections ?? []).length === 0) return [];
    return [
      program('INPUT', 98, (branch, context) => answer(branch, ipvs, context)),
      program('INPUT', 99, (branch, context) => request(branch, 'INPUT', ipvs, context)),
      program('FORWARD', 100, (branch, context) =>
        ipvs.incomplete && mayBeOfNode(branch, context)
          ? [ended(ipvsUnlisted(branch, context.world))]
          : answer(branch, ipvs, context),
      ),
      program('OUTPUT', -99, (branch, context) => answer(branch, ipvs, context)),
      program('OUTPUT', -98, (branch, context) => request(branch, 'OUTPUT', ipvs, context)),
    ];
  },
};

function program(hook: HookProgram['hook'], priority: number, run: HookProgram['run']): HookProgram {
  return { hook, priority, registration: REGISTRATION, acts: true, run };
}

/** ip_vs_in: a packet to a virtual server goes to one of its real servers. */
function request(
  branch: Branch,
  hook: 'INPUT' | 'OUTPUT',
  table: IpvsTable,
  context: TraceContext,
): readonly Passage[] {
  const { state } = branch;
  if (state.balancedBy !== null || !isBalancedProtocol(state.protocol)) return [next(branch)];
  const { protocol, destination, destinationPort, mark } = state;
  if (mark === null && table.usesMarks)
    return [ended(stopped(branch, 'unknown', { code: 'ipvs-mark' }, null))];
  const server = table.find(protocol, destination, destinationPort, mark);
  const memory = rememberedConnection(state, server, table, context);
  if (memory.kind === 'to') return through(branch, memory.real, memory.server, hook, context);
  if (memory.kind === 'unlisted') return [ended(ipvsUnlisted(branch, context.world))];
  if (memory.kind === 'disputed')
    return [ended(stopped(branch, 'unknown', { code: 'ipvs-connections', server: memory.server }, null))];
  if (memory.kind === 'gone') {
    const { kind: _, ...what } = memory;
    return [ended(stopped(branch, 'drop', { code: 'ipvs-server-gone', ...what }, null))];
  }
  if (server === null)
    return table.incomplete ? [ended(ipvsUnlisted(branch, context.world))] : [next(branch)];
  if (!isScheduled(state, context)) {
    if (isWithoutEntry(state, table)) return [next(branch)];
    const reason = { code: 'ipvs-connections' as const, server: takenText(server.takes) };
    return [ended(stopped(branch, 'unknown', reason, null))];
  }
  return keptByTemplate(branch, server, table, context).flatMap(({ branch: way, real }) =>
    real !== null
      ? through(way, real, server, hook, context)
      : server.incomplete === true
        ? [ended(ipvsUnlisted(way, context.world))]
        : schedule(way, server, context.questions).flatMap((picked) =>
            picked.real === null
              ? [refusal(picked.branch, server, hook, context)]
              : through(picked.branch, picked.real, server, hook, context),
          ),
  );
}

/** Hands the packet to a real server by the method that it has. */
function through(
  way: Branch,
  real: RealServer,
  server: VirtualServer,
  hook: 'INPUT' | 'OUTPUT',
  context: TraceContext,
): readonly Passage[] {
  if (real.method === 'masq' || real.method === null)
    return sendTo(passed(way, stepTo(server, real, hook, context)), real, server, hook, context);
  const reason = {
    code: 'ipvs-method' as const,
    server: takenText(server.takes),
    real: formatSocket(real),
    method: real.method,
  };
  return [ended(stopped(way, 'unknown', reason, null))];
}

/** No real server takes it: the client is told that the port is closed (ip_vs_leave). */
function refusal(
  branch: Branch,
  server: VirtualServer,
  hook: 'INPUT' | 'OUTPUT',
  { steps }: TraceContext,
): Passage {
  const { family } = branch.state;
  const rejectWith = family === 'ipv4' ? 'icmp-port-unreachable' : 'icmp6-port-unreachable';
  const step = steps.at(hook, server, (id) => ({
    id,
    hook,
    ...placeOf(server, server),
    rule: null,
    event: 'balanced',
    action: 'reject',
    target: rejectWith,
  }));
  return ended({ branch: passed(branch, step), verdict: 'reject', reason: null, rejectWith, exit: null });
}

function stepTo(
  server: VirtualServer,
  real: RealServer,
  hook: 'INPUT' | 'OUTPUT',
  { steps }: TraceContext,
): Step {
  return steps.at(hook, real, (id) => ({
    id,
    hook,
    ...placeOf(server, real),
    rule: null,
    event: 'balanced',
    action: 'send',
    target: formatSocket(real),
  }));
}

function placeOf({ takes, scheduler }: VirtualServer, { file, line }: VirtualServer | RealServer): IpvsPlace {
  return {
    program: 'ipvs',
    table: 'ip_vs',
    chain: takenText(takes),
    scheduler,
    listed: { file, line },
  };
}

/**
 * ip_vs_out: what a real server answers gets the virtual server's address back. IPVS knows its connections by itself; with
 * `vs.conntrack` 0 conntrack does not know them, and the answer goes on untracked (handle_response).
 */
function answer(branch: Branch, table: IpvsTable, context: TraceContext): readonly Passage[] {
  const { state } = branch;
  const { connection } = state;
  const from = state.source.address;
  if (state.balancedBy !== null || from === null) return [next(branch)];
  const own = ownConnection(state, from, table, context);
  const isReply = connection?.direction === 'REPLY' && connection.fromCapture;
  if (own === null && isReply && connection.mayBeBalanced === true)
    return [ended(ipvsUnlisted(branch, context.world))];
  const told = own === null && isReply ? toldByConntrack(connection, state.protocol, table) : null;
  if (told === 'disputed') {
    const server = formatSocket({
      address: connection?.originalDestination ?? from,
      port: connection?.originalDestinationPort ?? 0,
    });
    return [ended(stopped(branch, 'unknown', { code: 'ipvs-connections', server }, null))];
  }
  const virtual = own?.virtual ?? told;
  // A node port's real server on the node itself has the virtual server's address, with another port.
  if (virtual === null || (sameAddress(from, virtual.address) && state.sourcePort === virtual.port))
    return [next(branch)];
  const untracked = sysctlNumber(context.world.host, 'net.ipv4.vs.conntrack') === 0;
  return [
    next(
      changed(branch, {
        source: senderOf(virtual.address),
        sourcePort: virtual.port,
        balancedBy: { ...virtual, onePacket: false },
        ...(untracked
          ? { connection: null, untracked: 'UNTRACKED' as const }
          : { connection: expectedBy(connection, virtual) }),
      }),
    ),
  ];
}

/**
 * conntrack may take a real server's answer for the first packet of a new connection: where it confirmed the request before IPVS
 * had it (what the node sent to itself comes back over lo), it still expects the virtual server to answer. The new connection gets
 * the virtual server as its client (ip_vs_update_conntrack), and a port that is free where the request's own answers are in the way.
 */
function expectedBy(
  connection: Connection | null,
  { address, port }: { readonly address: Address; readonly port: number | null },
): Connection | null {
  if (connection === null || connection.confirmed || connection.direction === 'REPLY') return connection;
  return { ...connection, replyDestination: senderOf(address), replyDestinationPort: port };
}

/** The connection that IPVS has of an answer: what earlier packets left here, or what was listed. */
function ownConnection(
  { protocol, sourcePort, destination, destinationPort }: PacketState,
  from: Address,
  table: IpvsTable,
  { balanced }: TraceContext,
): BalancedFlow | null {
  if (sourcePort === null || destinationPort === null) return null;
  const real = { address: from, port: sourcePort };
  const client = { address: destination, port: destinationPort };
  const left = balanced.find(
    (one) =>
      one.protocol === protocol && isSameSocket(one.destination, real) && isSameSocket(one.client, client),
  );
  return left ?? table.answered(protocol, real, client);
}

/**
 * The virtual end of an answer that conntrack has a flow of, also where its virtual server is gone. Whether IPVS still has a TCP
 * connection that its whole list lacks is not known (see `rememberedConnection`).
 */
function toldByConntrack(
  {
    originalDestination: address,
    originalDestinationPort: port,
    replySource,
    replySourcePort,
    dnat,
  }: Connection,
  protocol: number,
  table: IpvsTable,
): { readonly address: Address; readonly port: number | null } | 'disputed' | null {
  const isMoved = !sameAddress(replySource, address) || replySourcePort !== port;
  if (dnat || !isMoved || table.mayHaveTaken(protocol, address, port).length === 0) return null;
  return protocol === TCP && table.connectionsWhole ? 'disputed' : { address, port };
}

/** IPVS is not followed: what is for a virtual server ends here. */
function beyond(branch: Branch, table: IpvsTable, { world }: TraceContext): readonly Passage[] {
  const { protocol, destination, destinationPort, mark } = branch.state;
  if (!isBalancedProtocol(protocol)) return [next(branch)];
  if (mark === null && table.usesMarks)
    return [ended(stopped(branch, 'unknown', { code: 'ipvs-mark' }, null))];
  const server = table.find(protocol, destination, destinationPort, mark);
  if (server !== null)
    return [
      ended(stopped(branch, 'unknown', { code: 'ipvs-beyond', server: takenText(server.takes) }, null)),
    ];
  return table.incomplete ? [ended(ipvsUnlisted(branch, world))] : [next(branch)];
}

/** What IPVS balances is not known: any packet that it is shown may be for a virtual server. */
function notCaptured(branch: Branch, { world }: TraceContext): readonly Passage[] {
  if (branch.state.balancedBy !== null || !isBalancedProtocol(branch.state.protocol)) return [next(branch)];
  return [ended(ipvsUnlisted(branch, world))];
}

/** A request to an address of which nobody knows whether kube-ipvs0 has it. */
function mayBeOfNode({ state }: Branch, { world }: TraceContext): boolean {
  const { connection, destination, balancedBy, protocol } = state;
  if (connection?.direction === 'REPLY' || balancedBy !== null || !isBalancedProtocol(protocol)) return false;
  return isLocalAddress(world.host, destination) === null;
}

/** Where it is not known which addresses are the node's own, a packet that is passed on may be for one that IPVS balances. */
function maybeForNode(branch: Branch, context: TraceContext): readonly Passage[] {
  const { destination, connection } = branch.state;
  // An answer may be of a real server: then it gets the virtual server's address back here.
  const answers = connection?.direction === 'REPLY';
  if (answers ? connection.mayBeBalanced !== true : isLocalAddress(context.world.host, destination) !== null)
    return [next(branch)];
  return notCaptured(branch, context);
}
