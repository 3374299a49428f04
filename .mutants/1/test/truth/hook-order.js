import { readFileSync } from 'node:fs';
import { parseFlows } from '../../src/conntrack/parse-conntrack.js';
import { parseIpvs } from '../../src/ipvs/parse-ipvs.js';
import { IpvsTable } from '../../src/ipvs/table.js';
import { formatAddress } from '../../src/net/address.js';
import { readSocket } from '../../src/net/listed-socket.js';
import { parseProtocol } from '../../src/net/protocol.js';
import { parseNftables } from '../../src/nftables/parse-nft.js';
import { ProblemList } from '../../src/problems/problem.js';
import { senderOf } from '../../src/trace/packet.js';
import { tracePacket } from '../../src/trace/trace-packet.js';
/**
 * Puts a chain of nft at each place that was probed beside the rules of a node in IPVS mode, and compares what each sees of
 * every packet with what the kernel showed it: addresses, mark, conntrack and interfaces.
 * @param ipvsText what ipvsadm listed while the packets went
 */
export function compareHookOrder(file, known, ipvsText) {
    const { priorities, cases } = JSON.parse(readFileSync(file, 'utf8'));
    const nft = hookedLast(probes(priorities));
    const ipvs = new IpvsTable(parseIpvs(ipvsText));
    const report = { first: 0, answers: 0, later: 0, places: 0 };
    const left = {};
    const disagreements = [];
    for (const each of cases) {
        let opened = false;
        for (const [index, { reply, steps }] of each.packets.entries()) {
            const why = notOf(each, reply, steps);
            if (why !== null) {
                left[why] = (left[why] ?? 0) + 1;
                continue;
            }
            const first = !reply && !opened;
            opened = true;
            report[first ? 'first' : reply ? 'answers' : 'later']++;
            report.places += steps.length;
            const world = {
                rulesets: known.rulesets.filter(({ family }) => (family === 'ipv6') === each.dst.ip.includes(':')),
                nft,
                host: known.host,
                flows: first ? null : flowsOf(each),
                ipvs,
                recoverDestination: () => null,
            };
            const difference = compare(steps, traced(each, steps, reply, first, world));
            if (difference !== null)
                disagreements.push(`${each.what}, packet ${index}: ${difference}`);
        }
    }
    return { ...report, left, disagreements };
}
function probes(priorities) {
    const chains = Object.entries(priorities).flatMap(([hook, at]) => at.map((priority) => `\tchain ${hook}_${priority < 0 ? `m${-priority}` : priority} {\n\t\ttype filter hook ${hook} priority ${priority}; policy accept;\n\t\tcounter packets 0 bytes 0\n\t}\n`));
    return `table inet probe {\n${chains.join('')}}\n`;
}
/** What is hooked later is asked first among those of one priority (nf_hook_entries_grow): the probes were. */
function hookedLast(text) {
    const read = parseNftables(Buffer.from(text), 'nft', new ProblemList());
    if (read === null)
        throw new Error('the probes cannot be read');
    const earlier = (chain) => {
        const { base } = chain;
        if (base === null || base.priority === null)
            return chain;
        return { ...chain, rules: chain.rules, base: { ...base, priority: base.priority - 0.5 } };
    };
    const tables = [...read.tables].map(([key, table]) => {
        const chains = [...table.chains].map(([name, chain]) => [name, earlier(chain)]);
        return [key, { ...table, chains: new Map(chains) }];
    });
    return { ...read, tables: new Map(tables) };
}
/** Why a packet is none of its case, or was not seen whole; null: it is. */
function notOf(each, reply, steps) {
    const [first] = steps;
    if (first === undefined)
        return 'nothing seen';
    const { peer, local } = each.result;
    const [, , source, destination] = first;
    // An answer meets the node with the endpoint as its source; a new one without answer has no endpoint.
    const own = reply
        ? plain(source) === plain(local) && plain(destination) === plain(peer)
        : source.endsWith(`:${each.client.sport}`) && destination === `${each.dst.ip}:${each.dst.port}`;
    if (!own)
        return 'of another connection';
    const [hook, priority] = steps.at(-1) ?? first;
    if ((hook === 'prerouting' && priority < 1) || (hook === 'output' && priority === 51))
        return 'seen in part';
    if (steps.filter(([hook, priority]) => hook === 'output' && priority === -401).length > 2)
        return 'two packets in one';
    return null;
}
function traced({ dst }, steps, reply, first, world) {
    const [start] = steps;
    if (start === undefined)
        throw new Error('no steps');
    const [hook, , source, destination, , , inInterface] = start;
    const from = socketOf(source);
    const to = socketOf(destination);
    const { outcomes } = tracePacket({
        family: to.address.family,
        protocol: parseProtocol(dst.proto.toLowerCase()) ?? 6,
        source: senderOf(from.address),
        sourcePort: from.port,
        destination: to.address,
        destinationIsLocal: false,
        destinationPort: to.port,
        icmp: null,
        entersAt: hook === 'output' ? 'OUTPUT' : 'PREROUTING',
        inInterface: hook === 'output' ? null : inInterface,
        mark: 0,
        state: first ? 'NEW' : 'ESTABLISHED',
        ...(dst.proto === 'TCP' ? { header: { tcpFlags: first ? 0x02 : reply ? 0x12 : 0x10 } } : {}),
    }, world);
    return outcomes;
}
/** The entry of the connection, as conntrack prints it. */
function flowsOf({ client, dst, result, what }) {
    const { me, local, peer } = result;
    if (me === undefined || local === undefined || peer === undefined)
        throw new Error(`${what} was not answered`);
    const answers = socketOf(local);
    const asks = socketOf(peer);
    const family = dst.ip.includes(':') ? 'ipv6     10' : 'ipv4     2';
    const state = dst.proto === 'TCP' ? 'tcp      6 300 ESTABLISHED' : 'udp      17 100';
    const line = `${family} ${state} src=${me} dst=${dst.ip} sport=${client.sport} dport=${dst.port} src=${formatAddress(answers.address)} dst=${formatAddress(asks.address)} sport=${answers.port} dport=${asks.port} [ASSURED] mark=0 use=1\n`;
    return parseFlows({ name: 'conntrack.txt', bytes: Buffer.from(line) }, new ProblemList());
}
/** @returns null where one way is the kernel's, else the nearest difference. */
function compare(steps, outcomes) {
    let nearest = { at: -1, text: 'no way was traced' };
    for (const outcome of outcomes) {
        const own = outcome.path.flatMap(({ step, state }) => step.program === 'nft' && step.table === 'probe' && step.rule !== null
            ? [seenAs(step.hook.toLowerCase(), step.chain, state)]
            : []);
        const length = Math.max(own.length, steps.length);
        let text = null;
        let at = 0;
        for (; at < length && text === null; at++)
            text = differs(steps[at], own[at]);
        if (text === null)
            return null;
        if (at > nearest.at)
            nearest = { at, text };
    }
    return nearest.text;
}
function seenAs(hook, chain, state) {
    const priority = Number(chain.replace(/^.*_/, '').replace('m', '-'));
    const { connection, source } = state;
    return [
        hook,
        priority,
        `${source.address === null ? '?' : formatAddress(source.address)}:${state.sourcePort ?? '?'}`,
        `${formatAddress(state.destination)}:${state.destinationPort}`,
        `0x${(state.mark ?? 0).toString(16)}`,
        connection === null
            ? ['ct state invalid']
            : [
                `ct state ${connection.state.toLowerCase()}`,
                ...(connection.snat ? ['ct status snat'] : []),
                ...(connection.dnat ? ['ct status dnat'] : []),
                ...(connection.direction === 'REPLY' ? ['ct direction reply'] : []),
            ],
        state.inInterface ?? null,
        state.outInterface ?? null,
    ];
}
/**
 * The listener began at the first chain of each hook entry (−401), where it shows no conntrack; which port MASQUERADE took
 * no capture tells.
 */
function differs(kernel, own) {
    if (kernel === undefined || own === undefined)
        return `kernel ${kernel === undefined ? 'ended' : kernel.join(' ')}, traced ${own === undefined ? 'ended' : own.join(' ')}`;
    const open = own[2].endsWith(':?');
    const text = ([hook, priority, source, ...rest]) => JSON.stringify([
        hook,
        priority,
        open ? source.replace(/:[^:]*$/, '') : source,
        rest[0],
        rest[1],
        priority === -401 ? [] : rest[2],
        rest[3],
        rest[4],
    ]);
    return text(kernel) === text(own) ? null : `kernel ${text(kernel)}, traced ${text(own)}`;
}
/** The listener prints IPv6 without brackets, the endpoint with them. */
function plain(text) {
    return text?.replace(/[[\]]/g, '') ?? null;
}
function socketOf(text) {
    const plain = /^(.*):(\d+)$/.exec(text.replace(/[[\]]/g, ''));
    const read = readSocket(plain?.[1]?.includes(':') ? `[${plain[1]}]:${plain[2]}` : text);
    if (read === null)
        throw new Error(`not a socket: ${text}`);
    return read;
}
