import { givenNote } from '../../src/explain/words/question-words.js';
import { formatAddress, parseAddress } from '../../src/net/address.js';
import { UDP } from '../../src/net/protocol.js';
import { senderOf } from '../../src/trace/packet.js';
import { tracePacket } from '../../src/trace/trace-packet.js';
import { Lab } from './lab.js';
/** Sends the packet and traces it. */
export function compare(trial) {
    const lab = new Lab();
    try {
        const family = trial.to.includes(':') ? 'ipv6' : 'ipv4';
        if (trial.setup !== undefined)
            lab.batch(trial.setup);
        if (trial.client !== undefined)
            lab.batch(trial.client, lab.client);
        if (trial.sysctls !== undefined)
            lab.sysctl(trial.sysctls);
        for (const { backend, text } of trial.rules)
            lab.load(spell(text), backend, family);
        const backends = [...new Set(trial.rules.map(({ backend }) => backend))];
        const port = trial.port ?? 80;
        const before = lab.rulesets(backends, family);
        lab.send(trial.from, trial.to, port);
        const after = lab.rulesets(backends, family);
        const packet = packetOf(trial, family, port);
        const world = { rulesets: before, host: lab.host(), flows: null, recoverDestination: () => null };
        const trace = tracePacket(packet, world);
        const flow = lab
            .flows(family)
            .find((line) => line.includes('sport=40000') && line.includes(`dport=${port}`));
        return {
            kernel: [...risen(before, after), ...(flow === undefined ? [] : [whereTo(flow)])],
            traced: trace.outcomes.map((outcome) => ({
                way: [...passed(outcome), ...(flow === undefined ? [] : [tracedTo(outcome)])],
                given: outcome.given.map((each) => givenNote(each).text),
            })),
        };
    }
    finally {
        lab.close();
    }
}
/** Indentation away, and every table committed. */
function spell(text) {
    const lines = text.split('\n').map((line) => line.trim());
    return lines
        .join('\n')
        .split(/^(?=\*)/m)
        .map((table) => (table.startsWith('*') ? `${table.trim()}\nCOMMIT\n` : ''))
        .join('');
}
function packetOf(trial, family, port) {
    const destination = parseAddress(trial.to);
    const client = parseAddress(family === 'ipv4' ? '192.168.1.2' : 'fd00:1::2');
    if (destination === null || client === null)
        throw new Error(`not an address: ${trial.to}`);
    const own = trial.from === 'node';
    return {
        family,
        protocol: UDP,
        source: own ? { address: null, within: [], outside: [], local: true } : senderOf(client),
        sourcePort: 40_000,
        destination,
        destinationIsLocal: false,
        destinationPort: port,
        icmp: null,
        entersAt: own ? 'OUTPUT' : 'PREROUTING',
        inInterface: own ? null : (trial.via ?? 'eth0'),
        mark: 0,
        state: 'NEW',
    };
}
function risen(before, after) {
    const counted = (rulesets) => {
        const counts = new Map();
        for (const { backend, tables } of rulesets) {
            for (const { name, chains } of tables.values()) {
                for (const chain of chains.values()) {
                    for (let i = 0; i < chain.rules.length; i++) {
                        const rule = chain.rules.at(i);
                        counts.set(`${backend} ${name} ${chain.name} ${rule.number}`, rule.counters?.packets ?? 0);
                    }
                }
            }
        }
        return counts;
    };
    const old = counted(before);
    return spread([...counted(after)].map(([rule, count]) => [rule, count - (old.get(rule) ?? 0)]));
}
function passed({ path }) {
    const counts = new Map();
    for (const { step } of path) {
        if (step.program !== 'iptables' || step.rule === null)
            continue;
        const name = `${step.backend} ${step.table} ${step.chain} ${step.rule.number}`;
        counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return spread([...counts]);
}
function spread(counts) {
    return counts
        .filter(([, count]) => count > 0)
        .map(([rule, count]) => (count === 1 ? rule : `${rule} (${count} times)`))
        .sort();
}
/** The reply tuple of the flow: where the packet went, and as whom. */
function whereTo(flow) {
    const [, source, destination, port] = /src=.*src=(\S+) dst=(\S+) sport=(\d+)/.exec(flow) ?? [];
    return `to ${source} port ${port} as ${destination}`;
}
function tracedTo({ destination, source }) {
    const as = source.sender.address === null ? '?' : formatAddress(source.sender.address);
    return `to ${formatAddress(destination.address)} port ${destination.port} as ${as}`;
}
