import { givenNote } from '../../src/explain/words/question-words.ts';
import type { Backend, Ruleset } from '../../src/iptables/ruleset.ts';
import { type Family, formatAddress, parseAddress } from '../../src/net/address.ts';
import { UDP } from '../../src/net/protocol.ts';
import type { Outcome } from '../../src/trace/outcome.ts';
import { type Packet, senderOf } from '../../src/trace/packet.ts';
import { tracePacket } from '../../src/trace/trace-packet.ts';
import { Lab } from './lab.ts';

/** A node, rules on it, and one packet. */
export interface Trial {
  /** `ip` commands before the rules are loaded. */
  readonly setup?: string;
  /** The same for the client. */
  readonly client?: string;
  readonly sysctls?: Readonly<Record<string, string | number>>;
  /** iptables-save texts, loaded in this order. */
  readonly rules: readonly { readonly backend: Backend; readonly text: string }[];
  readonly from: 'client' | 'node';
  readonly to: string;
  readonly port?: number;
  /** The interface the packet comes in through, where it is not eth0. */
  readonly via?: string;
}

/** What the kernel did, and every way that was traced, in the same words. */
export interface Comparison {
  /** Rules whose counters rose, `nft filter FORWARD 2`, with how often where more than once; then where the packet went. */
  readonly kernel: string[];
  readonly traced: { readonly way: string[]; readonly given: string[] }[];
}

/** Sends the packet and traces it. */
export function compare(trial: Trial): Comparison {
  const lab = new Lab();
  try {
    const family: Family = trial.to.includes(':') ? 'ipv6' : 'ipv4';
    if (trial.setup !== undefined) lab.batch(trial.setup);
    if (trial.client !== undefined) lab.batch(trial.client, lab.client);
    if (trial.sysctls !== undefined) lab.sysctl(trial.sysctls);
    for (const { backend, text } of trial.rules) lab.load(spell(text), backend, family);
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
  } finally {
    lab.close();
  }
}

/** Indentation away, and every table committed. */
function spell(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .join('\n')
    .split(/^(?=\*)/m)
    .map((table) => (table.startsWith('*') ? `${table.trim()}\nCOMMIT\n` : ''))
    .join('');
}

function packetOf(trial: Trial, family: Family, port: number): Packet {
  const destination = parseAddress(trial.to);
  const client = parseAddress(family === 'ipv4' ? '192.168.1.2' : 'fd00:1::2');
  if (destination === null || client === null) throw new Error(`not an address: ${trial.to}`);
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

function risen(before: readonly Ruleset[], after: readonly Ruleset[]): string[] {
  const counted = (rulesets: readonly Ruleset[]): Map<string, number> => {
    const counts = new Map<string, number>();
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

function passed({ path }: Outcome): string[] {
  const counts = new Map<string, number>();
  for (const { step } of path) {
    if (step.program !== 'iptables' || step.rule === null) continue;
    const name = `${step.backend} ${step.table} ${step.chain} ${step.rule.number}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return spread([...counts]);
}

function spread(counts: readonly (readonly [string, number])[]): string[] {
  return counts
    .filter(([, count]) => count > 0)
    .map(([rule, count]) => (count === 1 ? rule : `${rule} (${count} times)`))
    .sort();
}

/** The reply tuple of the flow: where the packet went, and as whom. */
function whereTo(flow: string): string {
  const [, source, destination, port] = /src=.*src=(\S+) dst=(\S+) sport=(\d+)/.exec(flow) ?? [];
  return `to ${source} port ${port} as ${destination}`;
}

function tracedTo({ destination, source }: Outcome): string {
  const as = source.sender.address === null ? '?' : formatAddress(source.sender.address);
  return `to ${formatAddress(destination.address)} port ${destination.port} as ${as}`;
}
