import { parseFlows } from '../../src/conntrack/parse-conntrack.ts';
import { givenNote } from '../../src/explain/words/question-words.ts';
import type { Host } from '../../src/host/facts.ts';
import type { Backend } from '../../src/iptables/ruleset.ts';
import { parseSave } from '../../src/iptables/save/parse-save.ts';
import { parseIpvs } from '../../src/ipvs/parse-ipvs.ts';
import { IpvsTable } from '../../src/ipvs/table.ts';
import { type Address, formatAddress, parseAddress } from '../../src/net/address.ts';
import { type Prefix, parsePrefix } from '../../src/net/prefix.ts';
import { parseProtocol } from '../../src/net/protocol.ts';
import type { NftRuleset } from '../../src/nftables/ruleset.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import type { Outcome, Trace } from '../../src/trace/outcome.ts';
import type { Packet, Sender } from '../../src/trace/packet.ts';
import { flat } from '../../src/trace/question.ts';
import { tracePacket } from '../../src/trace/trace-packet.ts';
import type { World } from '../../src/trace/world.ts';
import { nodeOf } from './node.ts';

/** A question in short: a packet from a client on eth0 to a machine behind the default route, unless changed. */
export interface Question {
  /** `8.8.8.8:1234`, an address alone, `?` for any client, `? in PREFIX`, `? not in PREFIX`. */
  readonly from?: string;
  /** `10.0.0.1:80` or `[fd00::1]:80`. */
  readonly to?: string;
  readonly protocol?: string;
  /** What nft lists; absent: it was not captured. */
  readonly nft?: NftRuleset;
  /** The port of a bridge that it came in by. */
  readonly port?: string;
  /** Null: a process of the node sends it. */
  readonly via?: string | null | undefined;
  readonly mark?: number;
  readonly state?: Packet['state'];
  readonly icmp?: Packet['icmp'];
  readonly header?: NonNullable<Packet['header']>;
  readonly host?: Host;
  /** `conntrack -L`. */
  readonly flows?: string;
  readonly expected?: World['expected'];
  /** `ipvsadm-save -n`, with `ipvsadm -Lnc` behind it where connections are known. */
  readonly ipvs?: string | 'not-captured';
  /** Nat's rules carry Services meanwhile, and IPVS is left over. */
  readonly besideNat?: boolean;
  readonly recoverDestination?: World['recoverDestination'];
}

/** The rules: one iptables-save text of iptables-nft, or one for each backend. */
export type Rules = string | Partial<Record<Backend, string>>;

/** Traces a packet through the rules. Lines may be indented; a table without `COMMIT` gets one. */
export function ask(rules: Rules, question: Question = {}): Trace {
  const packet = packetOf(question);
  return tracePacket(packet, worldOf(rules, packet, question));
}

export function worldOf(rules: Rules, packet: Packet, question: Question): World {
  const dumps = typeof rules === 'string' ? { 'iptables-nft': rules } : rules;
  const problems = new ProblemList();
  const rulesets = Object.entries(dumps).flatMap(([backend, text]) =>
    parseSave(
      { name: backend, bytes: Buffer.from(spell(text)) },
      { family: packet.family, backend: backend as Backend },
      problems,
    ),
  );
  const { flows } = question;
  return {
    rulesets,
    host: question.host ?? nodeOf(),
    flows:
      flows === undefined ? null : parseFlows({ name: 'conntrack.txt', bytes: Buffer.from(flows) }, problems),
    expected: question.expected ?? null,
    ipvs:
      question.ipvs === undefined || question.ipvs === 'not-captured'
        ? (question.ipvs ?? null)
        : new IpvsTable(parseIpvs(question.ipvs), question.besideNat),
    ...(question.nft === undefined ? {} : { nft: question.nft }),
    recoverDestination: question.recoverDestination ?? (() => null),
  };
}

function spell(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .join('\n')
    .split(/^(?=\*)/m)
    .map((table) => (table.startsWith('*') && !/^COMMIT$/m.test(table) ? `${table}\nCOMMIT\n` : table))
    .join('');
}

export function packetOf(question: Question): Packet {
  const protocol = parseProtocol(question.protocol ?? 'tcp') ?? 6;
  const to = endOf(question.to ?? '8.8.4.4:80');
  const own = question.via === null;
  const from = senderFrom(question.from ?? (own ? '192.168.1.1:40000' : '8.8.8.8:40000'), own);
  return {
    family: to.address.family,
    protocol,
    source: from.sender,
    sourcePort: from.port,
    destination: to.address,
    destinationIsLocal: false,
    destinationPort: to.port,
    icmp: question.icmp ?? null,
    entersAt: own ? 'OUTPUT' : 'PREROUTING',
    inInterface: own ? null : 'via' in question ? question.via : 'eth0',
    ...(question.port === undefined ? {} : { inPort: question.port }),
    mark: question.mark ?? 0,
    state: question.state ?? 'NEW',
    ...(question.header === undefined ? {} : { header: question.header }),
  };
}

function senderFrom(text: string, own: boolean): { sender: Sender; port: number | null } {
  if (text.startsWith('?')) {
    const [, not, prefix] = /^\?(?: (not )?in (\S+))?$/.exec(text) ?? [];
    const known: Prefix[] = prefix === undefined ? [] : [prefixOf(prefix)];
    const within = not === undefined ? known : [];
    const outside = not === undefined ? [] : known;
    return { sender: { address: null, within, outside, local: own }, port: null };
  }
  const { address, port } = endOf(text);
  return { sender: { address, within: [], outside: [], local: null }, port };
}

function endOf(text: string): { address: Address; port: number | null } {
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*|.*:.*:.*?))(?::(\d+))?$/.exec(text) ?? [];
  return { address: addressOf(bracketed ?? plain ?? ''), port: port === undefined ? null : Number(port) };
}

export function addressOf(text: string): Address {
  const address = parseAddress(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return address;
}

function prefixOf(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (prefix === null) throw new Error(`not a prefix: ${text}`);
  return prefix;
}

/** The one outcome of a trace that must have one. */
export function only(trace: Trace): Outcome {
  const [outcome, second] = trace.outcomes;
  if (outcome === undefined || second !== undefined) {
    throw new Error(`${trace.outcomes.length} outcomes, not one:\n${trace.outcomes.map(summary).join('\n')}`);
  }
  return outcome;
}

/** The rules an outcome passed, as `INPUT 1`, `X 2`; policies and chain ends as `INPUT policy`, `X end`. */
export function pathOf(outcome: Outcome, table?: string): string[] {
  return outcome.path
    .filter(({ step }) => table === undefined || step.table === table)
    .map(({ step }) => `${step.chain} ${step.rule?.number ?? (step.event === 'policy' ? 'policy' : 'end')}`);
}

/** The rules an outcome passed, as {@link pathOf} names them, without policies and ends of chains. */
export function rulesOf(outcome: Outcome, table?: string): string[] {
  return pathOf(outcome, table).filter((name) => /\d$/.test(name));
}

/** One line for each outcome: `0.5 [given, …] accept`. */
export function summary(outcome: Outcome): string {
  const given = outcome.given.map((each) => givenNote(each).text).join('; ');
  return `${Number(outcome.probability.toFixed(9))} [${given}] ${outcome.verdict}`;
}

/** `10.0.0.1:80`, where the packet ends up going to. */
export function destinationOf({ destination: { address, port } }: Outcome): string {
  const text = formatAddress(address);
  if (port === null) return text;
  return address.family === 'ipv6' ? `[${text}]:${port}` : `${text}:${port}`;
}

/** `10.0.0.1:80`, where the packet comes from in the end. */
export function sourceOf({ source: { sender, port } }: Outcome): string {
  const text = sender.address === null ? '?' : formatAddress(sender.address);
  return `${text}:${port ?? '?'}`;
}

/** Sums of probabilities, for each set of conditions. The promise: every one is 1. */
export function sumsByGiven(trace: Trace): number[] {
  const sums = new Map<string, number>();
  for (const { given, probability } of trace.outcomes) {
    const key = JSON.stringify(given.map(flat).sort());
    sums.set(key, (sums.get(key) ?? 0) + probability);
  }
  return [...sums.values()].map((sum) => Number(sum.toFixed(9)));
}

/** Whether a rule with these matches takes the packet: in filter FORWARD, INPUT or OUTPUT, whichever it goes through. */
export function matches(options: string, question: Question = {}): 'yes' | 'no' | 'unknown' {
  const rule = (hook: string): string => `-A ${hook} ${options} -j DROP`;
  const trace = ask(
    `*filter
     :INPUT ACCEPT
     :FORWARD ACCEPT
     :OUTPUT ACCEPT
     ${rule('INPUT')}
     ${rule('FORWARD')}
     ${rule('OUTPUT')}`,
    question,
  );
  const verdicts = new Set(trace.outcomes.map(({ verdict }) => verdict));
  if (verdicts.size > 1) return 'unknown';
  return verdicts.has('drop') ? 'yes' : 'no';
}
