import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Link } from '../../src/host/facts.ts';
import { parseLinks } from '../../src/host/parse-links.ts';
import type { Ruleset } from '../../src/iptables/ruleset.ts';
import { parseSave } from '../../src/iptables/save/parse-save.ts';
import { type Address, type Family, formatAddress, sameAddress } from '../../src/net/address.ts';
import { hasPorts, TCP, UDP } from '../../src/net/protocol.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { describe } from './campaign.ts';
import { addressOf } from './generate/packets.ts';
import { POOLS } from './generate/pools.ts';
import { emptyReport, judgeMeeting, type Report } from './judge-meeting.ts';
import { type Probe, type RuleText, TestNode } from './node/test-node.ts';
import { NEIGHBOURS, type NeighbourName } from './node/topology.ts';
import { FLAGS } from './node/wire.ts';
import { meet } from './run-case.ts';

/** Where a packet may go: a Service's address, node port or endpoint that some rule names. */
interface Target {
  readonly protocol: number;
  readonly address: Address;
  readonly port: number;
}

/** From outside, from pods of both kinds, and from the node itself. */
const SENDERS: readonly (NeighbourName | 'node')[] = ['client', 'pod1', 'pod3', 'node'];

/**
 * @returns those of the given folders, and of what is in them, that hold the dumps of a node; a folder of changes has two in each.
 */
export function findCaptures(folders: readonly string[], depth = 3): string[] {
  return folders.flatMap((folder) => {
    if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
    if (existsSync(join(folder, 'iptables-save.txt'))) return [folder];
    if (depth === 0) return [];
    return findCaptures(
      readdirSync(folder).map((name) => join(folder, name)),
      depth - 1,
    );
  });
}

/**
 * Loads a capture's rules as they are into a node that has the captured addresses as well as its own, and probes every
 * Service address, node port and endpoint that the rules name, from every side. The node's links and routes are the
 * test's: kernel and tracer are given the same.
 * @param every only each so-manieth target
 */
export async function probeCapture(folder: string, every = 1): Promise<Report> {
  const report = emptyReport();
  const rules = readRules(folder);
  if (rules.length === 0) return report;
  const links = readLinks(folder);
  const node = await TestNode.create();
  try {
    await addAddresses(node, links);
    const sets = join(folder, 'ipset.txt');
    if (existsSync(sets)) await node.makeSets(readFileSync(sets, 'utf8'));
    await node.makeCounters(
      rules.flatMap(({ text }) => [...text.matchAll(/--nfacct-name +(\S+)/g)].map(([, name = '']) => name)),
    );
    for (const family of ['ipv4', 'ipv6'] as const) {
      const own = rules.filter((rule) => rule.family === family);
      if (own.length === 0) continue;
      const all = targetsOf(own.flatMap(rulesetsOf), family, ownAddresses(links, family));
      const targets = all.filter((_, i) => i % every === 0);
      if (targets.length === 0) continue;
      const packets = targets.flatMap((target, i) =>
        SENDERS.map((from) => packetTo(target, from, family, i)),
      );
      report.ruleSets++;
      for (const meeting of await meet(node, own, packets)) {
        const differences = judgeMeeting(meeting, report);
        if (differences.length > 0)
          report.disagreements.push([folder, describe(meeting.question), ...differences].join('\n  '));
      }
    }
  } finally {
    node.close();
  }
  return report;
}

function readRules(folder: string): RuleText[] {
  const files = [
    ['iptables-save.txt', 'ipv4'],
    ['ip6tables-save.txt', 'ipv6'],
  ] as const;
  return files.flatMap(([name, family]) => {
    const file = join(folder, name);
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const [ruleset] = parseSave({ name, bytes: Buffer.from(text) }, { family }, new ProblemList());
    return ruleset === undefined ? [] : [{ backend: ruleset.backend, family, text }];
  });
}

function rulesetsOf({ text, backend, family }: RuleText): Ruleset[] {
  return parseSave({ name: 'rules', bytes: Buffer.from(text) }, { backend, family }, new ProblemList());
}

function readLinks(folder: string): readonly Link[] {
  const file = join(folder, 'ip-addr.json');
  return existsSync(file) ? (parseLinks(readFileSync(file, 'utf8'), file, new ProblemList()) ?? []) : [];
}

function ownAddresses(links: readonly Link[], family: Family): Address[] {
  return links
    .filter(({ loopback }) => !loopback)
    .flatMap(({ addresses }) => addresses)
    .filter(({ address, scope }) => address.family === family && scope === 'global')
    .map(({ address }) => address);
}

/** The captured node's addresses, without its networks: their other members stand behind the default route. */
async function addAddresses(node: TestNode, links: readonly Link[]): Promise<void> {
  for (const family of ['ipv4', 'ipv6'] as const) {
    const bits = family === 'ipv4' ? 32 : 128;
    const known = POOLS[family].own;
    const texts = [...new Set(ownAddresses(links, family).map(formatAddress))].filter(
      (text) => !known.includes(text),
    );
    const lines = texts.map(
      (text) => `addr add ${text}/${bits} dev eth1${family === 'ipv6' ? ' nodad' : ''}`,
    );
    if (lines.length > 0) await node.node.batch(lines.join('\n'));
  }
  await node.ready();
}

/** Every address with a port that some rule names, and every port alone on the node's own addresses. */
function targetsOf(rulesets: readonly Ruleset[], family: Family, own: readonly Address[]): Target[] {
  const targets = new Map<string, Target>();
  const add = (target: Target): void => {
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
          if (port === undefined || !hasPorts(protocol)) continue;
          if (prefix === undefined) for (const address of nodes) add({ protocol, address, port });
          else if (prefix.kind === 'destination')
            add({ protocol, address: { family, value: prefix.prefix.value }, port });
        }
      }
    }
  }
  return [...targets.values()];
}

function packetTo(
  { protocol, address, port }: Target,
  from: NeighbourName | 'node',
  family: Family,
  index: number,
): Probe & { goesOn: boolean } {
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
      // Of its own: masqueraded to one address, equal ports would clash.
      sourcePort: 20_000 + index * SENDERS.length + SENDERS.indexOf(from),
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
