import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseLinks } from '../../src/host/parse-links.js';
import { parseSave } from '../../src/iptables/save/parse-save.js';
import { formatAddress, sameAddress } from '../../src/net/address.js';
import { hasPorts, TCP, UDP } from '../../src/net/protocol.js';
import { ProblemList } from '../../src/problems/problem.js';
import { describe } from './campaign.js';
import { addressOf } from './generate/packets.js';
import { POOLS } from './generate/pools.js';
import { emptyReport, judgeMeeting } from './judge-meeting.js';
import { TestNode } from './node/test-node.js';
import { NEIGHBOURS } from './node/topology.js';
import { FLAGS } from './node/wire.js';
import { meet } from './run-case.js';
/** From outside, from pods of both kinds, and from the node itself. */
const SENDERS = ['client', 'pod1', 'pod3', 'node'];
/**
 * @returns the folders below the given ones that hold the dumps of a node.
 */
export function findCaptures(folders) {
    return folders
        .filter((folder) => existsSync(folder))
        .flatMap((folder) => existsSync(join(folder, 'iptables-save.txt'))
        ? [folder]
        : readdirSync(folder).map((name) => join(folder, name)))
        .filter((folder) => existsSync(join(folder, 'iptables-save.txt')));
}
/**
 * Loads a capture's rules as they are into a node that has the captured addresses as well as its own, and probes every
 * Service address, node port and endpoint that the rules name, from every side. The node's links and routes are the
 * test's: kernel and tracer are given the same.
 * @param every only each so-manieth target
 */
export async function probeCapture(folder, every = 1) {
    const report = emptyReport();
    const rules = readRules(folder);
    if (rules.length === 0)
        return report;
    const links = readLinks(folder);
    const node = await TestNode.create();
    try {
        await addAddresses(node, links);
        const sets = join(folder, 'ipset.txt');
        if (existsSync(sets))
            await node.makeSets(readFileSync(sets, 'utf8'));
        await node.makeCounters(rules.flatMap(({ text }) => [...text.matchAll(/--nfacct-name +(\S+)/g)].map(([, name = '']) => name)));
        for (const family of ['ipv4', 'ipv6']) {
            const own = rules.filter((rule) => rule.family === family);
            if (own.length === 0)
                continue;
            const all = targetsOf(own.flatMap(rulesetsOf), family, ownAddresses(links, family));
            const targets = all.filter((_, i) => i % every === 0);
            if (targets.length === 0)
                continue;
            const packets = targets.flatMap((target, i) => SENDERS.map((from) => packetTo(target, from, family, i)));
            report.ruleSets++;
            for (const meeting of await meet(node, own, packets)) {
                const differences = judgeMeeting(meeting, report);
                if (differences.length > 0)
                    report.disagreements.push([folder, describe(meeting.question), ...differences].join('\n  '));
            }
        }
    }
    finally {
        node.close();
    }
    return report;
}
function readRules(folder) {
    const files = [
        ['iptables-save.txt', 'ipv4'],
        ['ip6tables-save.txt', 'ipv6'],
    ];
    return files.flatMap(([name, family]) => {
        const file = join(folder, name);
        const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
        const [ruleset] = parseSave({ name, bytes: Buffer.from(text) }, { family }, new ProblemList());
        return ruleset === undefined ? [] : [{ backend: ruleset.backend, family, text }];
    });
}
function rulesetsOf({ text, backend, family }) {
    return parseSave({ name: 'rules', bytes: Buffer.from(text) }, { backend, family }, new ProblemList());
}
function readLinks(folder) {
    const file = join(folder, 'ip-addr.json');
    return existsSync(file) ? (parseLinks(readFileSync(file, 'utf8'), file, new ProblemList()) ?? []) : [];
}
function ownAddresses(links, family) {
    return links
        .filter(({ loopback }) => !loopback)
        .flatMap(({ addresses }) => addresses)
        .filter(({ address, scope }) => address.family === family && scope === 'global')
        .map(({ address }) => address);
}
/** The captured node's addresses, without its networks: their other members stand behind the default route. */
async function addAddresses(node, links) {
    for (const family of ['ipv4', 'ipv6']) {
        const bits = family === 'ipv4' ? 32 : 128;
        const known = POOLS[family].own;
        const texts = [...new Set(ownAddresses(links, family).map(formatAddress))].filter((text) => !known.includes(text));
        const lines = texts.map((text) => `addr add ${text}/${bits} dev eth1${family === 'ipv6' ? ' nodad' : ''}`);
        if (lines.length > 0)
            await node.node.batch(lines.join('\n'));
    }
    await node.ready();
}
/** Every address with a port that some rule names, and every port alone on the node's own addresses. */
function targetsOf(rulesets, family, own) {
    const targets = new Map();
    const add = (target) => {
        targets.set(`${target.protocol} ${formatAddress(target.address)} ${target.port}`, target);
    };
    const nodes = [...own.slice(0, 2), addressOf(POOLS[family].own[0] ?? '')];
    for (const { tables } of rulesets) {
        for (const { chains } of tables.values()) {
            for (const { rules } of chains.values()) {
                for (let i = 0; i < rules.length; i++) {
                    const { matches } = rules.at(i);
                    const protocol = matches.find((match) => match.kind === 'protocol')?.number ?? 0;
                    const port = matches.find((match) => match.kind === 'destination-port')?.ports.from;
                    const prefix = matches.find((match) => match.kind === 'destination' && !match.negated);
                    if (port === undefined || !hasPorts(protocol))
                        continue;
                    if (prefix === undefined)
                        for (const address of nodes)
                            add({ protocol, address, port });
                    else if (prefix.kind === 'destination')
                        add({ protocol, address: { family, value: prefix.prefix.value }, port });
                }
            }
        }
    }
    return [...targets.values()];
}
function packetTo({ protocol, address, port }, from, family, index) {
    const own = addressOf(POOLS[family].own[0] ?? '');
    const source = from === 'node' ? own : addressOf(NEIGHBOURS[from][family]);
    return {
        from,
        bridgedTo: null,
        mark: 0,
        bound: false,
        answersTo: 0,
        // The first of each kind of sender goes on; the others would ask the same of conntrack.
        goesOn: index % 8 === 0 && !sameAddress(source, address),
        wire: {
            family,
            protocol,
            source,
            destination: address,
            sourcePort: 20_000 + index,
            destinationPort: port,
            icmp: null,
            tcpFlags: protocol === TCP ? FLAGS.SYN : 0,
            ttl: 64,
            tos: 0,
            serial: 0,
            padding: protocol === UDP ? 4 : 0,
        },
    };
}
