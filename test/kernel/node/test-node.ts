import type { Host } from '../../../src/host/facts.ts';
import { isLocalAddress } from '../../../src/host/local-addresses.ts';
import { parseRecent } from '../../../src/host/parse-recent.ts';
import type { Backend, Ruleset } from '../../../src/iptables/ruleset.ts';
import { parseSave } from '../../../src/iptables/save/parse-save.ts';
import { type Address, type Family, parseAddress } from '../../../src/net/address.ts';
import { ICMP, ICMPV6, SCTP, TCP, UDP } from '../../../src/net/protocol.ts';
import { ProblemList } from '../../../src/problems/problem.ts';
import type { NodeState } from '../lost/node-states.ts';
import { Agent, type Report } from './agent.ts';
import { captureHost, setsOf, withRulesOf } from './capture-host.ts';
import { type Cuts, partsOf } from './fragments.ts';
import { groupMac, markedMac } from './link-addresses.ts';
import { Namespace } from './namespace.ts';
import { baseChainsOf, numbersOf, withoutTracing } from './nft-rules.ts';
import type { Observation } from './observation.ts';
import { observe } from './observe.ts';
import {
  AF,
  internetAddress,
  linkAddress,
  macBytes,
  NETLINK_NETFILTER,
  OPTION,
  SOCK_RAW,
} from './socket-address.ts';
import {
  BRIDGE_MAC,
  NEIGHBOURS,
  type NeighbourName,
  NODE_SETUP,
  NODE_SETUP_IPV6,
  NODE_SYSCTLS,
  PORTS,
  portMac,
  TRACING,
  TRACING_FRAMES,
} from './topology.ts';
import { counterRequest, logRequests, TraceReader } from './trace-events.ts';
import { buildBodyOf, buildPacket, type Wire } from './wire.ts';

/** The rules of one backend and family, as iptables-save prints them. */
export interface RuleText {
  readonly backend: Backend;
  readonly family: Family;
  readonly text: string;
}

/** A rule set in the kernel, and the node with it, as kp-explain reads them back. */
export interface Loaded {
  readonly rulesets: readonly Ruleset[];
  readonly host: Host;
  /** Numbers of nf_tables' rules: `ip filter FORWARD 12` → 3. */
  readonly numbers: ReadonlyMap<string, number>;
  /** `ip filter FORWARD`, of iptables-nft and native ones. */
  readonly baseChains: ReadonlySet<string>;
  /** What nft listed, where native rules were loaded. */
  readonly nft: NftListings | null;
  /** What iptables-save printed, for reproducing. */
  readonly saved: readonly RuleText[];
}

/** `nft list ruleset`, without the chains that trace. */
export interface NftListings {
  readonly json: string;
  readonly text: string;
}

/** Native rules, for `nft -f`. */
export interface NativeRules {
  readonly text: string;
  /** Loaded when those of iptables are there, not before. */
  readonly last: boolean;
}

/** One packet to send. */
export interface Probe {
  readonly from: NeighbourName | 'node';
  readonly wire: Wire;
  /** On a bridge: the neighbour that the frame is for; null for the node itself. */
  readonly bridgedTo: NeighbourName | null;
  readonly mark: number;
  /** A process of the node binds its socket to the source address first. */
  readonly bound: boolean;
  /** Serial number of the packet that this one answers; 0 for none. */
  readonly answersTo: number;
  /** It comes to the node in parts. Absent: whole. */
  readonly cuts?: Cuts;
}

/** Ethernet type of the frames that come last (local experimental, IEEE 802). */
const FENCE_TYPE = '88b5';
const RECEIVED = { ipv4: [TCP, UDP, SCTP, ICMP], ipv6: [TCP, UDP, SCTP, ICMPV6] } as const;

let serial = 0;

/**
 * A Kubernetes node of namespaces: see {@link NODE_SETUP}. All its neighbours are far ends of its links and stand in a
 * second namespace, which has no addresses and answers nothing by itself.
 */
export class TestNode {
  readonly node: Namespace;
  readonly #world: Namespace;
  readonly #agent: Agent;
  readonly #reader = new TraceReader();
  readonly #nodeLinks = new Map<number, string>();
  readonly #worldLinks = new Map<string, number>();
  #host: Host | null = null;
  #fences = 0;
  #sockets = 0;
  #setsAnew = '';
  readonly #nft: boolean;

  private constructor(node: Namespace, world: Namespace, nft: boolean) {
    this.node = node;
    this.#nft = nft;
    this.#world = world;
    this.#agent = new Agent([node.name, world.name]);
  }

  /**
   * Builds a node; {@link TestNode.close} takes it away.
   * @param nft false where the kernel has no nf_tables: then rules must trace packets by themselves ({@link TRACING_RULES})
   */
  static async create(nft = true): Promise<TestNode> {
    const name = `kpxk${process.pid}t${serial++}`;
    const node = await Namespace.create(name);
    const world = await Namespace.create(`${name}w`);
    const built = new TestNode(node, world, nft);
    try {
      await built.#build();
    } catch (error) {
      built.close();
      throw error;
    }
    return built;
  }

  async #build(): Promise<void> {
    const quiet = { 'net.ipv6.conf.all.accept_dad': 0, 'net.ipv6.conf.default.accept_dad': 0 };
    await this.node.sysctl(quiet);
    await this.#world.sysctl({
      'net.ipv6.conf.all.disable_ipv6': 1,
      'net.ipv6.conf.default.disable_ipv6': 1,
    });
    const links = Object.keys(PORTS).map(
      (port) => `link add ${port} type veth peer name ${port} netns ${this.#world.name}`,
    );
    await this.node.batch(links.join('\n'));
    await this.#world.batch(
      Object.keys(PORTS)
        .map((port) => `link set ${port} up`)
        .join('\n'),
    );
    await this.node.batch(NODE_SETUP);
    await this.node.batch(NODE_SETUP_IPV6, '-6');
    await this.node.run('bridge', 'fdb', 'add', NEIGHBOURS.pod1.mac, 'dev', 'pod1', 'master', 'static');
    await this.node.run('bridge', 'fdb', 'add', NEIGHBOURS.pod2.mac, 'dev', 'pod2', 'master', 'static');
    await this.node.sysctl(NODE_SYSCTLS);
    await this.ready();
    await this.#greetPods();
    for (const { ifname, ifindex } of await linksOf(this.#world)) this.#worldLinks.set(ifname, ifindex);
    const agent = this.#agent;
    agent.open('world', 1, AF.PACKET, SOCK_RAW, 0);
    agent.open('tap', 0, AF.PACKET, SOCK_RAW, 0x0300);
    agent.listen('tap');
    agent.open('events', 0, AF.NETLINK, SOCK_RAW, NETLINK_NETFILTER);
    agent.option('events', ...OPTION.RECEIVE_BUFFER, 1 << 24);
    agent.option('events', ...OPTION.ADD_MEMBERSHIP, 9);
    agent.send('events', logRequests());
    agent.listen('events');
    for (const family of ['ipv4', 'ipv6'] as const) {
      for (const protocol of RECEIVED[family]) {
        const name = `${family}-${protocol}`;
        agent.open(name, 0, domainOf(family), SOCK_RAW, protocol);
        agent.listen(name);
      }
    }
    await this.#settle();
  }

  /**
   * What a bridge translates to a neighbour of which no header is kept yet, it gives to the bridge's own device first, where the tap
   * takes it for sent (br_nf_pre_routing_finish_bridge, br_dev_xmit); later packets go from port to port.
   */
  async #greetPods(): Promise<void> {
    const greet = "IO::Socket::IP->new(PeerHost => $_, PeerPort => 9, Proto => 'udp')->send('x') for @ARGV";
    const pods = [NEIGHBOURS.pod1, NEIGHBOURS.pod2].flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]);
    await this.node.run('perl', '-MIO::Socket::IP', '-e', greet, ...pods);
  }

  /** Waits until all links carry packets (the kernel lets up to a second pass), and notes which there are. */
  async ready(): Promise<void> {
    let links = await linksOf(this.node);
    // A module of tunnels brings a device of its own (tunl0, gre0), which nobody sets up.
    const isComing = ({ flags, operstate }: LinkLine): boolean =>
      flags.includes('UP') && operstate === 'DOWN';
    for (let i = 0; i < 100 && links.some(isComing); i++) {
      await new Promise((done) => setTimeout(done, 50));
      links = await linksOf(this.node);
    }
    this.#nodeLinks.clear();
    for (const { ifname, ifindex } of links) this.#nodeLinks.set(ifindex, ifname);
    this.#host = null;
  }

  /** Does something to the node, and takes it back behind the run; what it tells of itself is read anew. */
  async inState<T>(state: NodeState | null, run: () => Promise<T>): Promise<T> {
    if (state === null || state.make === '') return run();
    await this.node.feed(`set -e\n${state.make}`, 'sh');
    if (state.newLinks === true) await this.ready();
    this.#host = null;
    try {
      return await run();
    } finally {
      await this.node.feed(`set -e\n${state.undo}`, 'sh');
      this.#host = null;
    }
  }

  /**
   * Replaces every rule and connection of the node.
   * @param rules loaded in this order
   * @param prepare commands of sh, run when the old rules are gone
   * @param native rules of nft beside them
   * @param keep whether connections stay as they are
   */
  async load(
    rules: readonly RuleText[],
    prepare = '',
    native: NativeRules | null = null,
    keep = false,
  ): Promise<Loaded> {
    this.#host ??= await captureHost(this.node);
    const kinds = [...new Map(rules.map((rule) => [toolOf(rule), rule])).values()];
    const loading = native === null ? [] : [`nft -f - <<'END'\n${native.text}\nEND`];
    const script = [
      'set -e',
      this.#nft ? `nft -f - <<'END'\nflush ruleset\n${native === null ? TRACING : TRACING_FRAMES}\nEND` : '',
      ...kinds
        .filter(({ backend }) => backend === 'iptables-legacy')
        .map((rule) => `${toolOf(rule)}-restore <<'END'\n${EMPTY_TABLES}END`),
      prepare,
      ...(native?.last === false ? loading : []),
      ...rules.map((rule) => `${toolOf(rule)}-restore <<'END'\n${rule.text}END`),
      ...(native?.last === true ? loading : []),
      ...(this.#setsAnew === '' ? [] : [`ipset restore <<'END'\n${this.#setsAnew}END`]),
      ...kinds.map((rule) => `${toolOf(rule)}-save; echo ====`),
      `${this.#nft ? 'nft -j list ruleset' : `echo '{"nftables": []}'`}; echo ====`,
      'ipset save',
      ...(native === null ? [] : ['echo ====', 'nft -a list ruleset']),
    ];
    const parts = (await this.node.script(script.join('\n'))).split('====\n');
    const saved = kinds.map((rule, i) => ({ ...rule, text: parts[i] ?? '' }));
    const nft = parts[kinds.length] ?? '';
    const problems = new ProblemList();
    const rulesets = saved.flatMap(({ backend, family, text }) =>
      parseSave({ name: `${backend}-save`, bytes: Buffer.from(text) }, { family, backend }, problems),
    );
    const unread = problems.list().filter(({ code }) => code !== 'no-rules');
    if (unread.length > 0) throw new Error(`not read back: ${JSON.stringify(unread)}`);
    if (!keep) this.#agent.send('events', FORGET_CONNECTIONS);
    await this.#settle();
    const host = withRulesOf(this.#host, parts[kinds.length + 1] ?? '', withoutTracing(nft));
    const listings =
      native === null
        ? null
        : { json: withoutTracing(nft), text: withoutTracing(parts[kinds.length + 2] ?? '') };
    return {
      ...{ rulesets, host, saved },
      numbers: numbersOf(nft),
      baseChains: baseChainsOf(nft),
      nft: listings,
    };
  }

  /** @returns what nft finds wrong with these native rules; empty where the kernel would load them. */
  tryNative(text: string): Promise<string> {
    return this.node.script(`nft -c -f - <<'END' 2>&1 || true\nflush ruleset\n${text}\nEND`);
  }

  /** @returns the native rules as they are now: packets may have changed their sets. */
  async nftListings(): Promise<NftListings> {
    const script = 'nft -j list ruleset; echo ====; nft -a list ruleset';
    const [json = '', text = ''] = (await this.node.script(script)).split('====\n');
    return { json: withoutTracing(json), text: withoutTracing(text) };
  }

  /** Sends one packet and waits until the kernel has dealt with it. */
  async send(probe: Probe, loaded: Loaded): Promise<Observation> {
    const socket = probe.from === 'node' ? this.#sendFromNode(probe) : this.#sendFromOutside(probe);
    const reports = await this.#settle();
    return observe(reports, { probe, socket, reader: this.#reader, loaded, links: this.#nodeLinks });
  }

  #sendFromOutside({ from, wire, bridgedTo, mark, answersTo, cuts }: Probe): string {
    if (from === 'node') throw new Error('unreachable');
    const neighbour = NEIGHBOURS[from];
    const mine = neighbour.device === 'cni0' ? BRIDGE_MAC : portMac(neighbour.port);
    const to = groupMac(wire.destination) ?? macBytes(bridgedTo === null ? mine : NEIGHBOURS[bridgedTo].mac);
    const source = mark === 0 ? macBytes(neighbour.mac) : markedMac(mark);
    const type = Buffer.from(wire.family === 'ipv4' ? '0800' : '86dd', 'hex');
    const port = linkAddress(this.#worldLinks.get(neighbour.port) ?? 0);
    for (const part of partsOf(buildPacket(wire, answersTo), cuts))
      this.#agent.send('world', Buffer.concat([to, source, type, part]), port);
    return 'world';
  }

  #sendFromNode({ wire, mark, bound, answersTo }: Probe): string {
    const name = `send${this.#sockets++}`;
    const agent = this.#agent;
    agent.open(name, 0, domainOf(wire.family), SOCK_RAW, wire.protocol);
    if (mark !== 0) agent.option(name, ...OPTION.MARK, mark);
    const header = HEADER_OPTIONS[wire.family];
    agent.option(name, ...header.ttl, wire.ttl);
    agent.option(name, ...header.tos, wire.tos);
    if (bound) agent.bind(name, internetAddress(wire.source));
    agent.connect(name, internetAddress(wire.destination));
    const source = bound ? wire.source : this.#sourceTowards(wire.destination);
    const from = source ?? wire.source;
    // Who sends to 0.0.0.0 sends to itself (ip_route_output_key_hash_rcu), and the checksum is of the address that is written then.
    const to = wire.destination.value === 0n ? from : wire.destination;
    agent.send(name, buildBodyOf({ ...wire, source: from, destination: to }, answersTo));
    agent.close(name);
    return name;
  }

  /**
   * @returns the source that the kernel gives a packet of no address of its own to one of the node's: its checksum must be right where
   * it comes back by lo, since conntrack asks it there of a packet that OUTPUT did not track. Null: to others; nobody asks.
   */
  #sourceTowards(destination: Address): Address | null {
    if (destination.value === 0n) return parseAddress('127.0.0.1');
    return this.#host !== null && isLocalAddress(this.#host, destination) === true ? destination : null;
  }

  /**
   * Makes ipsets, from `ipset save` text. They stay.
   * @param anew for `ipset restore` before rules are loaded: what rules did to a set must not outlast them, or a case could not be repeated alone
   */
  async makeSets(text: string, anew = ''): Promise<void> {
    await this.node.feed(text, 'ipset', 'restore');
    this.#setsAnew = anew;
  }

  /** Makes accounting objects, without which `-m nfacct` does not load. */
  async makeCounters(names: readonly string[]): Promise<void> {
    for (const name of new Set(names)) this.#agent.send('events', counterRequest(name));
    await this.#settle();
  }

  /** @returns the ipsets as they are now. */
  async sets(): Promise<Host['ipsets']> {
    return setsOf(await this.node.run('ipset', 'save'));
  }

  /** @returns the lists of xt_recent. */
  async recentLists(): Promise<Host['recent']> {
    const script = 'cd /proc/net/xt_recent && for list in *; do echo "=$list"; cat "$list"; done';
    const lists = (await this.node.script(script)).split(/^=/m).slice(1);
    return new Map(
      lists.map((list) => {
        const [name = '', ...lines] = list.split('\n');
        return [name, parseRecent(lines.join('\n'), name, new ProblemList())];
      }),
    );
  }

  /** @returns `conntrack -L` of one family. */
  flows(family: Family): Promise<string> {
    return this.node.run('conntrack', '-L', '-f', family);
  }

  #settle(): Promise<Report[]> {
    const body = Buffer.alloc(60);
    body.write(`kp-explain fence ${this.#fences++}`);
    const ends = `${portMac('eth0').replaceAll(':', '')}${NEIGHBOURS.client.mac.replaceAll(':', '')}`;
    const frame = Buffer.concat([Buffer.from(`${ends}${FENCE_TYPE}`, 'hex'), body]);
    return this.#agent.run(frame, linkAddress(this.#worldLinks.get('eth0') ?? 0), 'world', 'tap');
  }

  close(): void {
    this.#agent.end();
    this.node.delete();
    this.#world.delete();
  }
}

const HEADER_OPTIONS: Readonly<Record<Family, Record<'ttl' | 'tos', readonly [number, number]>>> = {
  ipv4: { ttl: OPTION.TTL, tos: OPTION.TOS },
  ipv6: { ttl: OPTION.HOP_LIMIT, tos: OPTION.TRAFFIC_CLASS },
};

/** What has x_tables alone trace every packet: the first rules of raw. A packet that is traced already tells them, too. */
export const TRACING_RULES = ['PREROUTING', 'OUTPUT'].map((chain) => `-A ${chain} -j TRACE`);

/** Tables without rules. Those of iptables-nft have no chains then, and are asked nothing. */
export const EMPTY_TABLES = ['raw', 'mangle', 'nat', 'filter', 'security']
  .map((name) => `*${name}\nCOMMIT\n`)
  .join('');

/** IPCTNL_MSG_CT_DELETE for every connection of both families. */
const FORGET_CONNECTIONS = Buffer.from('1400000002010500000000000000000000000000', 'hex');

function toolOf({ backend, family }: RuleText): string {
  return `${family === 'ipv6' ? 'ip6tables' : 'iptables'}-${backend === 'iptables-nft' ? 'nft' : 'legacy'}`;
}

function domainOf(family: Family): number {
  return family === 'ipv4' ? AF.INET : AF.INET6;
}

interface LinkLine {
  readonly ifname: string;
  readonly ifindex: number;
  readonly operstate: string;
  readonly flags: readonly string[];
}

async function linksOf(where: Namespace): Promise<LinkLine[]> {
  return JSON.parse(await where.run('ip', '-j', 'link')) as LinkLine[];
}
