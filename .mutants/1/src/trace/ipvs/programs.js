import { isLocalAddress } from '../../host/local-addresses.js';
import { takenText } from '../../ipvs/print-ipvs.js';
import { isBalancedProtocol } from '../../ipvs/table.js';
import { sameAddress } from '../../net/address.js';
import { formatSocket } from '../../net/listed-socket.js';
import { changed, passed } from '../branch.js';
import { senderOf } from '../packet.js';
import { ended, next } from '../passage.js';
import { ipvsUnlisted, stopped } from '../route-endings.js';
import { isScheduled, isWithoutEntry, keptByTemplate, rememberedConnection } from './remembered.js';
import { schedule } from './schedule.js';
import { sendTo } from './send.js';
const REGISTRATION = { by: 'ipvs', rank: null };
/**
 * IPVS at its hooks (ip_vs_ops4, ip_vs_ops6, net/netfilter/ipvs/ip_vs_core.c; measured on 6.1 and 6.12): requests come in
 * at INPUT 99 and OUTPUT −98, answers of real servers at INPUT 98, OUTPUT −99 and FORWARD 100.
 */
export const IPVS = {
    programs: ({ ipvs, ipvsBeyond }) => {
        if (ipvsBeyond !== undefined)
            return [
                program('INPUT', 99, (branch, context) => beyond(branch, ipvsBeyond, context)),
                program('OUTPUT', -98, (branch, context) => beyond(branch, ipvsBeyond, context)),
            ];
        if (ipvs === undefined || ipvs === null)
            return [];
        if (ipvs === 'not-captured')
            return [
                program('INPUT', 99, notCaptured),
                program('FORWARD', 100, maybeForNode),
                program('OUTPUT', -98, notCaptured),
            ];
        if (ipvs.servers.length === 0 && !ipvs.incomplete && (ipvs.connections ?? []).length === 0)
            return [];
        return [
            program('INPUT', 98, (branch, context) => answer(branch, ipvs, context)),
            program('INPUT', 99, (branch, context) => request(branch, 'INPUT', ipvs, context)),
            program('FORWARD', -1, (branch, context) => answer(branch, ipvs, context)),
            program('OUTPUT', -99, (branch, context) => answer(branch, ipvs, context)),
            program('OUTPUT', -98, (branch, context) => request(branch, 'OUTPUT', ipvs, context)),
        ];
    },
};
function program(hook, priority, run) {
    return { hook, priority, registration: REGISTRATION, acts: true, run };
}
/** ip_vs_in: a packet to a virtual server goes to one of its real servers. */
function request(branch, hook, table, context) {
    const { state } = branch;
    if (state.balancedBy !== null || !isBalancedProtocol(state.protocol))
        return [next(branch)];
    const { protocol, destination, destinationPort, mark } = state;
    if (mark === null && table.usesMarks)
        return [ended(stopped(branch, 'unknown', { code: 'ipvs-mark' }, null))];
    const server = table.find(protocol, destination, destinationPort, mark);
    const memory = rememberedConnection(state, server, table, context);
    if (memory.kind === 'to')
        return through(branch, memory.real, memory.server, hook, context);
    if (memory.kind === 'unlisted')
        return [ended(ipvsUnlisted(branch, context.world))];
    if (memory.kind === 'gone') {
        const { kind: _, ...what } = memory;
        return [ended(stopped(branch, 'drop', { code: 'ipvs-server-gone', ...what }, null))];
    }
    if (server === null)
        return table.incomplete ? [ended(ipvsUnlisted(branch, context.world))] : [next(branch)];
    if (!isScheduled(state, context)) {
        if (isWithoutEntry(state, table))
            return [next(branch)];
        const reason = { code: 'ipvs-connections', server: takenText(server.takes) };
        return [ended(stopped(branch, 'unknown', reason, null))];
    }
    return keptByTemplate(branch, server, table, context).flatMap(({ branch: way, real }) => real !== null
        ? through(way, real, server, hook, context)
        : server.incomplete === true
            ? [ended(ipvsUnlisted(way, context.world))]
            : schedule(way, server, context.questions).flatMap((picked) => picked.real === null
                ? [refusal(picked.branch, server, hook, context)]
                : through(picked.branch, picked.real, server, hook, context)));
}
/** Hands the packet to a real server by the method that it has. */
function through(way, real, server, hook, context) {
    if (real.method === 'masq' || real.method === null)
        return sendTo(passed(way, stepTo(server, real, hook, context)), real, server, hook, context);
    const reason = {
        code: 'ipvs-method',
        server: takenText(server.takes),
        real: formatSocket(real),
        method: real.method,
    };
    return [ended(stopped(way, 'unknown', reason, null))];
}
/** No real server takes it: the client is told that the port is closed (ip_vs_leave). */
function refusal(branch, server, hook, { steps }) {
    const { family } = branch.state;
    const rejectWith = family === 'ipv4' ? 'icmp-port-unreachable' : 'icmp6-port-unreachable';
    const step = steps.at(hook, server, () => ({
        ...placeOf(server, server),
        rule: null,
        event: 'balanced',
        action: 'reject',
        target: rejectWith,
    }));
    return ended({ branch: passed(branch, step), verdict: 'reject', reason: null, rejectWith, exit: null });
}
function stepTo(server, real, hook, { steps }) {
    return steps.at(hook, real, () => ({
        ...placeOf(server, real),
        rule: null,
        event: 'balanced',
        action: 'send',
        target: formatSocket(real),
    }));
}
function placeOf({ takes, scheduler }, { file, line }) {
    return {
        program: 'ipvs',
        table: 'ip_vs',
        chain: takenText(takes),
        scheduler,
        listed: { file, line },
    };
}
/** ip_vs_out: what a real server answers gets the virtual server's address back. */
function answer(branch, table, { world }) {
    const { state } = branch;
    const { connection } = state;
    if (state.balancedBy !== null || connection?.direction !== 'REPLY' || !connection.fromCapture)
        return [next(branch)];
    if (connection.mayBeBalanced === true)
        return [ended(ipvsUnlisted(branch, world))];
    const { originalDestination: address, originalDestinationPort: port } = connection;
    const from = state.source.address;
    if (from === null || !hasConnection(connection, state.protocol, table))
        return [next(branch)];
    // A node port's real server on the node itself has the virtual server's address, with another port.
    if (sameAddress(from, address) && state.sourcePort === port)
        return [next(branch)];
    return [
        next(changed(branch, {
            source: senderOf(address),
            sourcePort: port,
            balancedBy: { address, port, onePacket: false },
        })),
    ];
}
/** An answer is told by its connection alone, also where its virtual server is gone (handle_response). */
function hasConnection(connection, protocol, table) {
    const { originalSource, originalSourcePort, originalDestination, originalDestinationPort } = connection;
    const { address } = originalSource;
    if (address !== null && originalSourcePort !== null && originalDestinationPort !== null) {
        const client = { address, port: originalSourcePort };
        const virtual = { address: originalDestination, port: originalDestinationPort };
        if (table.connection(protocol, client, virtual) !== null)
            return true;
        if (table.connectionsWhole)
            return false;
    }
    return table.mayHaveTaken(protocol, originalDestination, originalDestinationPort).length > 0;
}
/** IPVS is not followed: what is for a virtual server ends here. */
function beyond(branch, table, { world }) {
    const { protocol, destination, destinationPort, mark } = branch.state;
    if (!isBalancedProtocol(protocol))
        return [next(branch)];
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
function notCaptured(branch, { world }) {
    if (branch.state.balancedBy !== null || !isBalancedProtocol(branch.state.protocol))
        return [next(branch)];
    return [ended(ipvsUnlisted(branch, world))];
}
/** Where it is not known which addresses are the node's own, a packet that is passed on may be for one that IPVS balances. */
function maybeForNode(branch, context) {
    const { destination, connection } = branch.state;
    // An answer may be of a real server: then it gets the virtual server's address back here.
    const answers = connection?.direction === 'REPLY';
    if (answers ? connection.mayBeBalanced !== true : isLocalAddress(context.world.host, destination) !== null)
        return [next(branch)];
    return notCaptured(branch, context);
}
