import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Namespace } from '../node/namespace.ts';
import { iptablesRules } from './iptables-rules.ts';
import { nftRules } from './nft-rules.ts';
import { clusterObjects } from './objects.ts';
import { NODE_ADDRESS, OUTSIDE, POD_NETWORKS, PODS } from './services.ts';
import type { NodeSetup, Setup } from './setups.ts';

/** Who can ask. */
export type Place = 'n1' | 'n2' | 'ext' | keyof typeof PODS;

/** What a client saw. */
export type Seen = 'works' | 'refused' | 'times-out';

/** One connection to be tried. */
export interface Attempt {
  readonly from: Place;
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
}

const NODES = ['n1', 'n2'] as const;
const PLACES = ['n1', 'n2', 'ext', 'p1a', 'p1b', 'p2a', 'p2b'] as const;
const SYSCTLS = 'net.ipv4.ip_forward net.ipv4.conf net.ipv6.conf.all.forwarding net.bridge'.split(' ');

let serial = 0;

/** @returns whether this kernel carries a command out, in a namespace that is gone afterwards. */
function kernelCan(...command: readonly [string, ...string[]]): boolean {
  const name = `kpxc${process.pid}i`;
  spawnSync('ip', ['netns', 'add', name]);
  const made = spawnSync('ip', ['netns', 'exec', name, ...command]);
  spawnSync('ip', ['netns', 'del', name]);
  return made.status === 0;
}

/** @returns false where this kernel has no IPIP: two tun devices and a program between them then stand for it. */
function hasIpip(): boolean {
  return kernelCan('ip', 'link', 'add', 'tunl1', 'type', 'ipip', 'local', '10.0.0.1');
}

/**
 * Two nodes with two pods each and somebody outside, every one a network namespace of this run's own, joined by a bridge.
 * Pods hang on the nodes by links of their own, as Calico has it.
 */
export class ClusterLab {
  readonly #spaces = new Map<string, Namespace>();
  readonly #prefix = `kpxc${process.pid}n${serial++}`;
  readonly #tools = kernelCan('nft', 'add', 'table', 'ip', 'lab')
    ? ['iptables-legacy', 'iptables-nft']
    : ['iptables-legacy'];
  #sockets: Sockets | null = null;
  #between: string[] = [];

  static async open(): Promise<ClusterLab> {
    const lab = new ClusterLab();
    try {
      await lab.#build();
    } catch (error) {
      lab.close();
      throw error;
    }
    return lab;
  }

  close(): void {
    this.#sockets?.close();
    for (const space of this.#spaces.values()) space.delete();
  }

  /** Gives both nodes their rules and what is between them; what stood before is gone. */
  async use(setup: Setup): Promise<void> {
    for (const node of NODES) await this.#clear(node);
    await this.#connect(setup.between);
    for (const node of NODES) await this.#program(node, setup[node]);
  }

  /** Writes what `capture` saves of both nodes. @returns the folders, node by node. */
  async capture(folder: string, setup: Setup): Promise<string[]> {
    const folders: string[] = [];
    for (const node of NODES) {
      const into = join(folder, node);
      mkdirSync(into, { recursive: true });
      for (const [name, text] of Object.entries(await this.#stateOf(node, setup[node])))
        writeFileSync(join(into, name), text);
      folders.push(into);
    }
    return folders;
  }

  /** Tries all at once. @param seconds until silence counts @returns what each saw */
  async ask(attempts: readonly Attempt[], seconds: number): Promise<Seen[]> {
    if (this.#sockets === null) throw new Error('closed');
    return await this.#sockets.ask(
      attempts.map(({ from, ...rest }) => ({ ...rest, namespace: this.#space(from).name })),
      seconds,
    );
  }

  #space(name: string): Namespace {
    const space = this.#spaces.get(name);
    if (space === undefined) throw new Error(`no namespace ${name}`);
    return space;
  }

  async #build(): Promise<void> {
    for (const name of [...PLACES, 'wire'])
      this.#spaces.set(name, await Namespace.create(`${this.#prefix}${name}`));
    const wire = this.#space('wire');
    await wire.batch('link add br0 type bridge\nlink set br0 up');
    for (const [name, address] of [...Object.entries(NODE_ADDRESS), ['ext', OUTSIDE] as const]) {
      await wire.batch(
        `link add ${name} type veth peer name eth0 netns ${this.#space(name).name}\nlink set ${name} master br0 up`,
      );
      await this.#space(name).batch(`link set lo up\naddr add ${address}/24 dev eth0\nlink set eth0 up`);
    }
    const { n1, n2 } = NODE_ADDRESS;
    await this.#space('ext').batch(
      `route add default via ${n1}\nroute add ${POD_NETWORKS.n1} via ${n1}\nroute add ${POD_NETWORKS.n2} via ${n2}`,
    );
    for (const node of NODES) {
      // A node refuses many clients at once here: none of the refusals is held back.
      await this.#space(node).sysctl({
        'net.ipv4.ip_forward': 1,
        'net.ipv4.icmp_ratelimit': 0,
        'net.ipv4.icmp_msgs_per_sec': 1_000_000,
        'net.ipv4.icmp_msgs_burst': 1_000_000,
      });
      await this.#space(node).batch(`route add default via 192.168.50.1`);
    }
    for (const [name, { address, node }] of Object.entries(PODS)) {
      const pod = this.#space(name);
      await this.#space(node).batch(
        `link add cali${name} address ee:ee:ee:ee:ee:ee type veth peer name eth0 netns ${pod.name}\nlink set cali${name} up\nroute add ${address}/32 dev cali${name}`,
      );
      await pod.batch(`
        link set lo up
        addr add ${address}/32 dev eth0
        link set eth0 up
        route add 169.254.1.1 dev eth0
        route add default via 169.254.1.1
        neigh add 169.254.1.1 lladdr ee:ee:ee:ee:ee:ee dev eth0`);
    }
    this.#sockets = await Sockets.open([...this.#spaces.values()].map(({ name }) => name));
    for (const name of ['p1b', 'p2b'] as const) {
      const { address } = PODS[name];
      this.#sockets.listen(this.#space(name).name, 'tcp', address, 8080);
      this.#sockets.listen(this.#space(name).name, 'udp', address, 5353);
    }
    this.#sockets.listen(this.#space('n2').name, 'tcp', NODE_ADDRESS.n2, 9000);
  }

  async #clear(node: 'n1' | 'n2'): Promise<void> {
    const space = this.#space(node);
    for (const tool of this.#tools)
      for (const table of ['nat', 'filter']) {
        await space.run(tool, '-t', table, '-F');
        await space.run(tool, '-t', table, '-X');
      }
    for (const tool of this.#tools) await space.run(tool, '-P', 'FORWARD', 'ACCEPT');
    await space.run('nft', 'flush', 'ruleset');
    await space.run('conntrack', '-F').catch(() => '');
    await space.sysctl({
      'net.ipv4.ip_forward': 1,
      'net.ipv4.conf.all.rp_filter': 0,
      'net.ipv4.conf.eth0.rp_filter': 0,
    });
    await space.batch(`route replace default via 192.168.50.1`);
    for (const device of this.#between) await space.batch(`link del ${device}`);
    const other = node === 'n1' ? 'n2' : 'n1';
    await space.batch(`route del ${POD_NETWORKS[other]}`).catch(() => {});
  }

  async #connect(between: Setup['between']): Promise<void> {
    this.#between = between === 'routed' ? [] : [between === 'vxlan' ? 'flannel.1' : 'tunl1'];
    const real = between === 'ipip' && hasIpip();
    for (const node of NODES) {
      const other = node === 'n1' ? 'n2' : 'n1';
      const own = NODE_ADDRESS[node];
      const there = NODE_ADDRESS[other];
      const pods = POD_NETWORKS[other];
      const first = (network: string) => network.replace('/24', '');
      const mac = (of: 'n1' | 'n2') => `02:00:00:00:01:0${of.slice(1)}`;
      const lines = {
        routed: `route add ${pods} via ${there} dev eth0`,
        vxlan: `
          link add flannel.1 address ${mac(node)} type vxlan id 1 local ${own} dev eth0 dstport 8472 nolearning
          addr add ${first(POD_NETWORKS[node])}/32 dev flannel.1
          link set flannel.1 up
          neigh add ${first(pods)} lladdr ${mac(other)} dev flannel.1
          route add ${pods} via ${first(pods)} dev flannel.1 onlink`,
        ipip: `
          ${real ? `link add tunl1 type ipip local ${own} remote ${there} ttl 64` : 'tuntap add mode tun tunl1'}
          addr add ${first(POD_NETWORKS[node])}/32 dev tunl1
          link set tunl1 up
          route add ${pods} dev tunl1`,
      };
      await this.#space(node).batch(lines[between]);
      if (between === 'vxlan')
        await this.#space(node).run('bridge', 'fdb', 'append', mac(other), 'dev', 'flannel.1', 'dst', there);
      for (const device of this.#between)
        await this.#space(node).sysctl({ [`net.ipv4.conf.${device.replace('.', '/')}.rp_filter`]: 0 });
    }
    if (between === 'ipip' && !real)
      this.#sockets?.tunnel(NODES.map((node) => [this.#space(node).name, 'tunl1'] as const));
  }

  async #program(node: 'n1' | 'n2', { mode, others, ip = [], sysctls = {} }: NodeSetup): Promise<void> {
    const space = this.#space(node);
    if (mode === 'nftables') await space.feed(nftRules(node, NODE_ADDRESS[node]), 'nft', '-f', '-');
    else await space.feed(iptablesRules(node, others), `${mode}-restore`);
    if (ip.length > 0) await space.batch(ip.join('\n'));
    if (Object.keys(sysctls).length > 0) await space.sysctl(sysctls);
  }

  async #stateOf(node: 'n1' | 'n2', { mode }: NodeSetup): Promise<Record<string, string>> {
    const space = this.#space(node);
    const rules: Record<string, string> = {
      'iptables-save.txt': await space.run(`${mode === 'nftables' ? 'iptables-nft' : mode}-save`, '-c'),
      'nft.json': await space.run('nft', '-j', 'list', 'ruleset'),
    };
    return {
      ...rules,
      'ip-addr.json': await space.run('ip', '-j', '-d', 'addr'),
      'ip-route.json': await space.run('ip', '-j', '-4', 'route', 'show', 'table', 'all'),
      'ip-rule.json': await space.run('ip', '-j', '-4', 'rule'),
      'sysctl.txt': await space.run('sysctl', ...SYSCTLS),
      'sockets.txt': await space.run('ss', '-ltnu'),
      ...clusterObjects(),
      'capture.json': JSON.stringify({
        apiVersion: 'kp-explain/v1',
        kind: 'CaptureManifest',
        node,
        proxyMode: mode === 'nftables' ? 'nftables' : 'iptables',
      }),
    };
  }
}

/** Clients and servers, by way of `sockets.pl`. */
class Sockets {
  readonly #process: ChildProcessWithoutNullStreams;
  #errors = '';
  #lines: string[] = [];
  #wake: () => void = () => {};
  #rest = '';

  private constructor(namespaces: readonly string[]) {
    const script = join(dirname(fileURLToPath(import.meta.url)), 'sockets.pl').replace('/.tools/', '/');
    this.#process = spawn('perl', [script, ...namespaces]);
    this.#process.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop() ?? '';
      this.#lines.push(...lines);
      this.#wake();
    });
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    this.#process.stdin.on('error', () => {});
    this.#process.on('close', () => this.#wake());
  }

  static async open(namespaces: readonly string[]): Promise<Sockets> {
    const sockets = new Sockets(namespaces);
    await sockets.#until('ready');
    return sockets;
  }

  listen(namespace: string, protocol: 'tcp' | 'udp', address: string, port: number): void {
    this.#say(`listen ${namespace} ${protocol} ${address} ${port} ${address}`);
  }

  tunnel(ends: readonly (readonly [string, string])[]): void {
    this.#say(`tunnel ${ends.flat().join(' ')}`);
  }

  async ask(
    attempts: readonly (Omit<Attempt, 'from'> & { readonly namespace: string })[],
    seconds: number,
  ): Promise<Seen[]> {
    for (const [id, { namespace, protocol, address, port }] of attempts.entries())
      this.#say(`ask ${id} ${namespace} ${protocol} ${address} ${port}`);
    this.#say(`go ${seconds}`);
    const seen: Seen[] = [];
    for (const line of await this.#until('.')) {
      const [id, word] = line.split(' ');
      seen[Number(id)] = word === 'ok' ? 'works' : word === 'refused' ? 'refused' : 'times-out';
    }
    return seen;
  }

  close(): void {
    this.#process.kill();
  }

  #say(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /** @returns the lines before this one. */
  async #until(last: string): Promise<string[]> {
    for (;;) {
      const at = this.#lines.indexOf(last);
      if (at >= 0) return this.#lines.splice(0, at + 1).slice(0, -1);
      if (this.#process.exitCode !== null) throw new Error(`sockets.pl: ${this.#errors}`);
      await new Promise<void>((done) => {
        this.#wake = done;
      });
    }
  }
}
