import { parseFlows } from '../../src/conntrack/parse-conntrack.js';
import { parseFlowLine } from '../../src/conntrack/parse-flow-line.js';
import { parseSave } from '../../src/iptables/save/parse-save.js';
import { parseIpvs } from '../../src/ipvs/parse-ipvs.js';
import { IpvsTable } from '../../src/ipvs/table.js';
import { formatAddress, sameAddress } from '../../src/net/address.js';
import { ICMP, ICMPV6, SCTP, TCP } from '../../src/net/protocol.js';
import { ProblemList } from '../../src/problems/problem.js';
import { bridgedBetween } from './generate/packets.js';
import { POOLS } from './generate/pools.js';
import { questionOf } from './judge/question.js';
import { NEIGHBOURS } from './node/topology.js';
import { buildPacket, FLAGS } from './node/wire.js';
let serial = 0x10000;
/** Sends the packets of a case, one after the other, and those that follow on their connections. */
export async function meet(node, rules, packets, balancing = null) {
    const loaded = await node.load(rules, balancing?.prepare);
    const asksRecent = rules.some(({ text }) => text.includes('-m recent'));
    const changesSets = rules.some(({ text }) => text.includes('-j SET'));
    const hasZones = rules.some(({ text }) => text.includes('--zone'));
    const meetings = [];
    const send = async (probe, flows, state = 'NEW') => {
        const host = {
            ...loaded.host,
            ...(asksRecent ? { recent: await node.recentLists() } : {}),
            ...(changesSets ? { ipsets: await node.sets() } : {}),
        };
        const ipvs = await balancing?.listing(probe);
        const seen = await node.send(probe, loaded);
        meetings.push({
            ...{ saved: loaded.saved, host, flows, question: questionOf(probe, state), seen },
            ...(ipvs === undefined ? {} : { ipvs }),
        });
        return seen;
    };
    for (const { goesOn, ...packet } of packets) {
        const first = withSerial(packet);
        const seen = await send(first, null, stateOf(first));
        const answer = goesOn ? answerTo(first, seen) : null;
        // An SCTP answer without a connection in its zone is INVALID, which the question would have to say.
        if (answer === null || (answer.wire.protocol === SCTP && hasZones))
            continue;
        let flows = await node.flows(first.wire.family);
        if (!holds(flows, first))
            continue;
        // IPVS may rewrite a packet without telling conntrack (`vs.conntrack` 0).
        const moved = seen.out !== null && !sameAddress(seen.out.packet.destination, first.wire.destination);
        const error = hasZones || moved || !isUntranslated(flows, first) ? null : errorAbout(seen, answer);
        if (error !== null) {
            await send(error, flows, 'RELATED');
            // Its rules may have marked the connection.
            flows = await node.flows(first.wire.family);
        }
        await send(answer, flows);
        if (first.wire.protocol === SCTP)
            continue;
        const flags = first.wire.protocol === TCP ? FLAGS.ACK : 0;
        const after = await node.flows(first.wire.family);
        // Of TCP an ACK before the answer is INVALID.
        if (!holds(after, first) || isUnanswered(after, first))
            continue;
        const second = { ...packet, wire: { ...packet.wire, tcpFlags: flags }, answersTo: answer.wire.serial };
        await send(withSerial(second), after);
    }
    return meetings;
}
function withSerial(packet) {
    return { ...packet, wire: { ...packet.wire, serial: serial++ } };
}
/** Combinations of flags that no TCP has make the packet INVALID (`tcp_valid_flags`, nf_conntrack_proto_tcp.c). */
function stateOf({ wire }) {
    const { tcpFlags } = wire;
    if (wire.protocol !== TCP)
        return 'NEW';
    return tcpFlags === FLAGS.SYN || tcpFlags === FLAGS.ACK ? 'NEW' : 'INVALID';
}
/** Whether the connection of a packet is in the table; one that was not tracked is not. */
function holds(flows, probe) {
    return flowLine(flows, probe) !== undefined;
}
function isUnanswered(flows, probe) {
    return flowLine(flows, probe)?.includes('[UNREPLIED]') === true;
}
/** Of a connection that nat rewrote no question holds whose error it is. */
function isUntranslated(flows, probe) {
    const flow = parseFlowLine(flowLine(flows, probe) ?? '', 'conntrack.txt', 1);
    if (flow === null)
        return false;
    const { original, reply } = flow;
    return (sameAddress(original.source, reply.destination) &&
        sameAddress(original.destination, reply.source) &&
        original.sourcePort === reply.destinationPort &&
        original.destinationPort === reply.sourcePort);
}
function flowLine(flows, { wire }) {
    const port = wire.icmp === null ? `sport=${wire.sourcePort} ` : `id=${wire.icmp.id} `;
    return flows
        .split('\n')
        .find((line) => line.includes(`dst=${formatAddress(wire.destination)} `) && line.includes(port));
}
/** What whoever got the packet sends back; null where that is nobody. */
function answerTo(first, { out, delivered }) {
    const got = out?.packet ?? delivered?.packet;
    const source = out?.packet.destination ?? delivered?.destination ?? null;
    if (got === undefined || source === null)
        return null;
    if (first.wire.protocol === TCP && first.wire.tcpFlags !== FLAGS.SYN)
        return null;
    // No process of the node can send from an address that is not the node's.
    const { own, loopback } = POOLS[source.family];
    if (out === null && ![...own, loopback].includes(formatAddress(source)))
        return null;
    const from = out === null ? 'node' : neighbourAt(out.device, source);
    if (from === null)
        return null;
    // What a pod would answer to itself never leaves it.
    if (from !== 'node' && sameAddress(got.source, source))
        return null;
    const wire = {
        ...got,
        source,
        destination: got.source,
        sourcePort: got.destinationPort,
        destinationPort: got.sourcePort,
        icmp: got.icmp === null ? null : { ...got.icmp, type: got.icmp.type === 8 ? 0 : 129 },
        tcpFlags: got.protocol === TCP ? FLAGS.SYN | FLAGS.ACK : 0,
        ttl: 64,
        tos: 0,
        padding: 0,
    };
    const bridgedTo = bridgedBetween(from, wire.destination);
    return withSerial({ from, wire, bridgedTo, mark: 0, bound: true, answersTo: first.wire.serial });
}
/** What whoever got the packet says before it answers; null where that is the node itself. */
function errorAbout({ out }, answer) {
    const got = out?.packet;
    if (got === undefined)
        return null;
    const { family } = got;
    const wire = {
        ...answer.wire,
        protocol: family === 'ipv4' ? ICMP : ICMPV6,
        sourcePort: null,
        destinationPort: null,
        icmp: family === 'ipv4' ? { type: 3, code: 3, id: 0 } : { type: 1, code: 4, id: 0 },
        tcpFlags: 0,
        quotes: buildPacket(got),
    };
    return withSerial({ ...answer, wire });
}
/** Who is behind a link: the owner of the address, or the gateway to it. */
function neighbourAt(device, address) {
    const names = Object.keys(NEIGHBOURS);
    const owner = names.find((name) => NEIGHBOURS[name].device === device && NEIGHBOURS[name][address.family] === formatAddress(address));
    if (owner !== undefined)
        return owner;
    return device === 'eth1' ? 'outside' : device === 'eth0' ? 'secondNode' : null;
}
/** What a tracer is given for a meeting, as the program reads it. */
export function worldOf({ saved, host, flows, ipvs }, family) {
    const problems = new ProblemList();
    const rulesets = saved
        .filter((one) => one.family === family)
        .flatMap(({ backend, text }) => parseSave({ name: `${backend}-save`, bytes: Buffer.from(text) }, { family, backend }, problems));
    const table = flows === null ? null : parseFlows({ name: 'conntrack.txt', bytes: Buffer.from(flows) }, problems);
    return {
        ...{ rulesets, host, flows: table, recoverDestination: () => null },
        ...(ipvs === undefined ? {} : { ipvs: new IpvsTable(parseIpvs(ipvs, 'ipvsadm.txt', problems)) }),
    };
}
