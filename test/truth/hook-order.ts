import { readFileSync } from 'node:fs';
import { parseFlows } from '../../src/conntrack/parse-conntrack.ts';
import type { Known } from '../../src/explain/question/question.ts';
import { parseIpvs } from '../../src/ipvs/parse-ipvs.ts';
import { IpvsTable } from '../../src/ipvs/table.ts';
import { type Address, formatAddress } from '../../src/net/address.ts';
import { readSocket } from '../../src/net/listed-socket.ts';
import { parseProtocol } from '../../src/net/protocol.ts';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import { MadeChains, type NftChain, type NftRuleset } from '../../src/nftables/ruleset.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import type { Outcome } from '../../src/trace/outcome.ts';
import { senderOf } from '../../src/trace/packet.ts';
import type { PacketState } from '../../src/trace/state.ts';
import { tracePacket } from '../../src/trace/trace-packet.ts';
import type { World } from '../../src/trace/world.ts';

/** What a chain at one place saw of a packet. */
type Seen = readonly [
  hook: string,
  priority: number,
  source: string,
  destination: string,
  mark: string,
  conntrack: readonly string[],
  inInterface: string | null,
  outInterface: string | null,
];

export interface HookOrderCase {
  readonly what: string;
  readonly client: { readonly kind: string; readonly ip: string; readonly sport: number };
  readonly dst: { readonly ip: string; readonly port: number; readonly proto: string };
  readonly result: { readonly me?: string; readonly local?: string; readonly peer?: string };
  readonly packets: readonly { readonly reply: boolean; readonly steps: readonly Seen[] }[];
}

interface HookOrderFile {
  readonly priorities: Readonly<Record<string, readonly number[]>>;
  readonly cases: readonly HookOrderCase[];
}

/** How the tracer's places compare with those of the kernel. */
export interface HookOrderReport {
  /** Packets compared, the first of a connection and later ones apart. */
  readonly first: number;
  readonly answers: number;
  readonly later: number;
  /** Places in all of them. */
  readonly places: number;
  /** Packets that the listener took for one of this connection, or saw in part, by why. */
  readonly left: Readonly<Record<string, number>>;
  readonly disagreements: readonly string[];
}

/**
 * Puts a chain of nft at each place that was probed beside the rules of a node in IPVS mode, and compares what each sees of
 * every packet with what the kernel showed it: addresses, mark, conntrack and interfaces.
 * @param ipvsText what ipvsadm listed while the packets went
 */
export function compareHookOrder(file: string, known: Known, ipvsText: string): HookOrderReport {
  const { priorities, cases }: HookOrderFile = JSON.parse(readFileSync(file, 'utf8'));
  const nft = hookedLast(probes(priorities));
  const ipvs = new IpvsTable(parseIpvs(ipvsText));
  const report = { first: 0, answers: 0, later: 0, places: 0 };
  const left: Record<string, number> = {};
  const disagreements: string[] = [];
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
      const world: World = {
        rulesets: known.rulesets.filter(({ family }) => (family === 'ipv6') === each.dst.ip.includes(':')),
        nft,
        host: known.host,
        flows: first ? null : flowsOf(each),
        ipvs,
        recoverDestination: () => null,
      };
      const difference = compare(steps, traced(each, steps, reply, first, world));
      if (difference !== null) disagreements.push(`${each.what}, packet ${index}: ${difference}`);
    }
  }
  return { ...report, left, disagreements };
}

function probes(priorities: Readonly<Record<string, readonly number[]>>): string {
  const chains = Object.entries(priorities).flatMap(([hook, at]) =>
    at.map(
      (priority) =>
        `\tchain ${hook}_${priority < 0 ? `m${-priority}` : priority} {\n\t\ttype filter hook ${hook} priority ${priority}; policy accept;\n\t\tcounter packets 0 bytes 0\n\t}\n`,
    ),
  );
  return `table inet probe {\n${chains.join('')}}\n`;
}

/** What is hooked later is asked first among those of one priority (nf_hook_entries_grow): the probes were. */
function hookedLast(text: string): NftRuleset {
  const read = parseNftables(Buffer.from(text), 'nft', new ProblemList());
  if (read === null) throw new Error('the probes cannot be read');
  const earlier = (chain: NftChain): NftChain => {
    const { base } = chain;
    if (base === null || base.priority === null) return chain;
    return { ...chain, rules: chain.rules, base: { ...base, priority: base.priority - 0.5 } };
  };
  const tables = [...read.tables].map(([key, table]) => {
    const chains = [...table.chains].map(([name, chain]) => [name, earlier(chain)] as const);
    return [key, { ...table, chains: new MadeChains(chains) }] as const;
  });
  return { ...read, tables: new Map(tables) };
}

/** Why a packet is none of its case, or was not seen whole; null: it is. */
function notOf(each: HookOrderCase, reply: boolean, steps: readonly Seen[]): string | null {
  const [first] = steps;
  if (first === undefined) return 'nothing seen';
  const { peer, local } = each.result;
  const [, , source, destination] = first;
  // An answer meets the node with the endpoint as its source; a new one without answer has no endpoint.
  const own = reply
    ? plain(source) === plain(local) && plain(destination) === plain(peer)
    : source.endsWith(`:${each.client.sport}`) && destination === `${each.dst.ip}:${each.dst.port}`;
  if (!own) return 'of another connection';
  const [hook, priority] = steps.at(-1) ?? first;
  if ((hook === 'prerouting' && priority < 1) || (hook === 'output' && priority === 51))
    return 'seen in part';
  if (steps.filter(([hook, priority]) => hook === 'output' && priority === -401).length > 2)
    return 'two packets in one';
  return null;
}

function traced(
  { dst }: HookOrderCase,
  steps: readonly Seen[],
  reply: boolean,
  first: boolean,
  world: World,
): readonly Outcome[] {
  const [start] = steps;
  if (start === undefined) throw new Error('no steps');
  const [hook, , source, destination, , , inInterface] = start;
  const from = socketOf(source);
  const to = socketOf(destination);
  const { outcomes } = tracePacket(
    {
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
    },
    world,
  );
  return outcomes;
}

/** The entry of the connection, as conntrack prints it. */
function flowsOf({ client, dst, result, what }: HookOrderCase) {
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
function compare(steps: readonly Seen[], outcomes: readonly Outcome[]): string | null {
  let nearest = { at: -1, text: 'no way was traced' };
  for (const outcome of outcomes) {
    const own = outcome.path.flatMap(({ step, state }) =>
      step.program === 'nft' && step.table === 'probe' && step.rule !== null
        ? [seenAs(step.hook.toLowerCase(), step.chain, state)]
        : [],
    );
    const length = Math.max(own.length, steps.length);
    let text: string | null = null;
    let at = 0;
    for (; at < length && text === null; at++) text = differs(steps[at], own[at]);
    if (text === null) return null;
    if (at > nearest.at) nearest = { at, text };
  }
  return nearest.text;
}

function seenAs(hook: string, chain: string, state: PacketState): Seen {
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
function differs(kernel: Seen | undefined, own: Seen | undefined): string | null {
  if (kernel === undefined || own === undefined)
    return `kernel ${kernel === undefined ? 'ended' : kernel.join(' ')}, traced ${own === undefined ? 'ended' : own.join(' ')}`;
  const open = own[2].endsWith(':?');
  const text = ([hook, priority, source, ...rest]: Seen): string =>
    JSON.stringify([
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
function plain(text: string | undefined): string | null {
  return text?.replace(/[[\]]/g, '') ?? null;
}

function socketOf(text: string): { address: Address; port: number } {
  const plain = /^(.*):(\d+)$/.exec(text.replace(/[[\]]/g, ''));
  const read = readSocket(plain?.[1]?.includes(':') ? `[${plain[1]}]:${plain[2]}` : text);
  if (read === null) throw new Error(`not a socket: ${text}`);
  return read;
}
