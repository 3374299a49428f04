import { execFileSync, spawnSync } from 'node:child_process';
import { UNKNOWN_HOST } from '../../src/host/facts.js';
import { parseLinks } from '../../src/host/parse-links.js';
import { parsePolicyRules } from '../../src/host/parse-policy-rules.js';
import { parseRoutes } from '../../src/host/parse-routes.js';
import { parseSysctls } from '../../src/host/parse-sysctls.js';
import { parseSave } from '../../src/iptables/save/parse-save.js';
import { ProblemList } from '../../src/problems/problem.js';
import { nftFacts } from '../support/nft-facts.js';
/** Programs without which there is nothing to compare with. */
const TOOLS = [
    ['ip', '-V'],
    ['iptables-nft', '-V'],
    ['iptables-legacy', '-V'],
    ['conntrack', '-V'],
    ['ipset', '-v'],
    ['nft', '-v'],
    ['sysctl', '-V'],
    // For raw sockets, which Node.js does not have; see node/agent.pl.
    ['perl', '-v'],
];
/** @returns why the kernel cannot be asked here, or null where it can. */
export function whyNoKernel() {
    if (process.getuid?.() !== 0)
        return 'needs root';
    for (const [tool, option] of TOOLS)
        if (spawnSync(tool, [option]).status !== 0)
            return `needs ${tool}`;
    const name = `kpxk${process.pid}p`;
    if (spawnSync('ip', ['netns', 'add', name]).status !== 0)
        return 'needs network namespaces';
    spawnSync('ip', ['netns', 'del', name]);
    return null;
}
let serial = 0;
/**
 * Two network namespaces of this run's own: a client 192.168.1.2 (fd00:1::2), and a node with eth0 192.168.1.1 and .9
 * towards it, and eth1 172.16.0.1/24 (fd00:2::1) with the default route: what leaves there is never answered. What is sent to the
 * node's UDP ports is answered with ICMP, so rules that are counted must leave ICMP alone.
 */
export class Lab {
    #node;
    /** The client's namespace. */
    client;
    constructor() {
        const id = `kpxk${process.pid}n${serial++}`;
        this.#node = id;
        this.client = `${id}c`;
        try {
            this.#build();
        }
        catch (error) {
            this.close();
            throw error;
        }
    }
    #build() {
        for (const name of [this.#node, this.client])
            execFileSync('ip', ['netns', 'add', name]);
        for (const name of ['eth0', 'eth1'])
            execFileSync('ip', [
                ...['link', 'add', name, 'netns', this.#node, 'type', 'veth'],
                ...['peer', 'name', name, 'netns', this.client],
            ]);
        this.batch(`
      link set lo up
      link set eth0 up
      link set eth1 up
      link set eth0 address 02:00:00:00:00:01
      addr add 192.168.1.1/24 dev eth0
      addr add 192.168.1.9/24 dev eth0
      addr add 172.16.0.1/24 dev eth1
      addr add fd00:1::1/64 dev eth0 nodad
      addr add fd00:2::1/64 dev eth1 nodad
      neigh add 172.16.0.254 lladdr 02:00:00:00:00:fe dev eth1
      neigh add 172.16.0.2 lladdr 02:00:00:00:00:02 dev eth1
      neigh add fd00:2::2 lladdr 02:00:00:00:00:02 dev eth1
      route add default via 172.16.0.254
      route add default via fd00:2::2`);
        this.sysctl({
            'net.ipv4.ip_forward': 1,
            'net.ipv6.conf.all.forwarding': 1,
            'net.ipv4.conf.all.rp_filter': 0,
            'net.ipv4.conf.eth0.rp_filter': 0,
            'net.ipv4.conf.eth1.rp_filter': 0,
        });
        this.batch(`
      link set lo up
      link set eth0 up
      link set eth1 up
      addr add 192.168.1.2/24 dev eth0
      addr add fd00:1::2/64 dev eth0 nodad
      route add default via 192.168.1.1
      route add default via fd00:1::1`, this.client);
    }
    /** Runs a command on the node. */
    run(...command) {
        return this.#in(this.#node, command);
    }
    /** Runs `ip` commands, one a line. */
    batch(lines, where = this.#node) {
        const stdio = ['pipe', 'pipe', 'pipe'];
        const input = lines.replace(/^\s+/gm, '');
        execFileSync('ip', ['-n', where, '-batch', '-'], { input, stdio });
    }
    sysctl(values) {
        this.run('sysctl', '-qw', ...Object.entries(values).map(([name, value]) => `${name}=${value}`));
    }
    #in(where, command, input) {
        const options = {
            encoding: 'utf8',
            stdio: ['pipe', 'pipe', 'pipe'],
        };
        return execFileSync('ip', ['netns', 'exec', where, ...command], { ...options, input: input ?? '' });
    }
    /** Loads rules. The tables named in the text are replaced. */
    load(text, backend, family) {
        const tool = `${family === 'ipv6' ? 'ip6tables' : 'iptables'}-${short(backend)}-restore`;
        this.#in(this.#node, [tool], text);
    }
    /** `iptables-save -c` of one backend. */
    save(backend, family) {
        return this.run(`${family === 'ipv6' ? 'ip6tables' : 'iptables'}-${short(backend)}-save`, '-c');
    }
    /** Sends one UDP packet, as a client outside or as a process of the node. */
    send(from, to, port, sourcePort = 40_000) {
        const script = `
      const [to, port, from] = process.argv.slice(1);
      const socket = require('node:dgram').createSocket(to.includes(':') ? 'udp6' : 'udp4');
      socket.on('error', () => socket.close());
      socket.bind(+from, () => socket.connect(+port, to, () => socket.send('x', () => socket.close())));`;
        const where = from === 'client' ? this.client : this.#node;
        this.#in(where, [process.execPath, '-e', script, to, String(port), String(sourcePort)]);
    }
    /** Lines of the connection table. */
    flows(family) {
        return this.run('conntrack', '-L', '-f', family)
            .split('\n')
            .filter((line) => line.includes('dport='));
    }
    /** What a capture of the node would hold. */
    host() {
        const problems = new ProblemList();
        const routes = (family) => this.run('ip', '-j', family === 'ipv4' ? '-4' : '-6', 'route', 'show', 'table', 'all');
        const rules = (family) => this.run('ip', '-j', family === 'ipv4' ? '-4' : '-6', 'rule');
        const names = 'net.ipv4.ip_forward net.ipv4.conf net.ipv6.conf.all.forwarding net.bridge'.split(' ');
        return {
            ...UNKNOWN_HOST,
            links: parseLinks(this.run('ip', '-j', '-d', 'addr'), 'ip-addr.json', problems),
            routes: {
                ipv4: parseRoutes(routes('ipv4'), 'ipv4', 'ip-route.json', problems),
                ipv6: parseRoutes(routes('ipv6'), 'ipv6', 'ip6-route.json', problems),
            },
            policyRules: {
                ipv4: parsePolicyRules(rules('ipv4'), 'ipv4', 'ip-rule.json', problems),
                ipv6: parsePolicyRules(rules('ipv6'), 'ipv6', 'ip6-rule.json', problems),
            },
            sysctls: parseSysctls(this.run('sysctl', ...names)),
            nft: nftFacts(this.run('nft', '-j', 'list', 'ruleset'), problems),
        };
    }
    rulesets(backends, family) {
        return backends.flatMap((backend) => parseSave({ name: backend, bytes: Buffer.from(this.save(backend, family)) }, { family, backend }, new ProblemList()));
    }
    close() {
        for (const name of [this.#node, this.client])
            spawnSync('ip', ['netns', 'del', name]);
    }
}
function short(backend) {
    return backend === 'iptables-nft' ? 'nft' : 'legacy';
}
