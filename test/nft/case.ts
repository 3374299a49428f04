import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFlows } from '../../src/conntrack/parse-conntrack.ts';
import { routeTowards } from '../../src/explain/question/route-towards.ts';
import type { Host } from '../../src/host/facts.ts';
import { parseLinks } from '../../src/host/parse-links.ts';
import { parsePolicyRules } from '../../src/host/parse-policy-rules.ts';
import { parseRoutes } from '../../src/host/parse-routes.ts';
import { sourceForOutput } from '../../src/host/source-address.ts';
import type { Ruleset } from '../../src/iptables/ruleset.ts';
import { parseSave } from '../../src/iptables/save/parse-save.ts';
import { type Address, type Family, formatAddress, parseAddress } from '../../src/net/address.ts';
import { parseProtocol } from '../../src/net/protocol.ts';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import type { Outcome, Step, Trace } from '../../src/trace/outcome.ts';
import type { Packet } from '../../src/trace/packet.ts';
import { tracePacket } from '../../src/trace/trace-packet.ts';
import type { World } from '../../src/trace/world.ts';

/** A rule set in a real kernel, one packet, and the way it took (shared/nft/cases/README.md). */
export interface NftCase {
  readonly id: string;
  readonly title: string;
  readonly packet: {
    readonly from: 'client' | 'pod1' | 'local';
    readonly inInterface: string | null;
    readonly protocol: string;
    readonly source: { readonly address: string | null; readonly port: number | null };
    readonly destination: { readonly address: string; readonly port: number | null };
    readonly userId: number | null;
    readonly mark: number;
  };
  readonly rulesetWithHandles: string;
  readonly rulesetText_1_1_3: string;
  readonly rulesetJson: object;
  readonly rulesetJson_1_1_3: object;
  readonly iptablesSave: string | null;
  readonly iptablesLegacySave: string | null;
  readonly conntrackBefore: string | null;
  readonly hostFacts: Readonly<Record<string, unknown>>;
  readonly registered: readonly string[];
  readonly runs: readonly CaseRun[];
}

export interface CaseRun {
  readonly sourcePort: number | null;
  readonly kernelTrace: readonly KernelStep[];
  readonly result: {
    readonly verdict: 'accept' | 'drop' | 'reject';
    readonly delivered?: { readonly to: string; readonly source: End; readonly destination: End };
    readonly rejectWith?: { readonly icmp?: readonly [number, number]; readonly tcp?: string };
  };
}

interface End {
  readonly address: string;
  readonly port: number | null;
}

export interface KernelStep {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly kind: 'rule' | 'end' | 'policy';
  readonly verdict: string;
  readonly handle?: number;
  readonly rule?: number;
}

/** @returns the cases of a folder, in order. */
export function readCases(folder: string): NftCase[] {
  return readdirSync(folder)
    .filter((name) => /^\d+\.json$/.test(name))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as NftCase);
}

/** How the rules of a case are given. */
export type Spelling = 'json' | 'text' | 'json-1.1.3' | 'text-1.1.3';

function bytesOf(item: NftCase, spelling: Spelling): Buffer {
  const texts: Readonly<Record<Spelling, () => string>> = {
    json: () => JSON.stringify(item.rulesetJson),
    text: () => item.rulesetWithHandles,
    'json-1.1.3': () => JSON.stringify(item.rulesetJson_1_1_3),
    'text-1.1.3': () => item.rulesetText_1_1_3,
  };
  return Buffer.from(texts[spelling]());
}

/** @returns what the tracer says of the case's packet. */
export function traceCase(item: NftCase, run: CaseRun, spelling: Spelling, registered: boolean): Trace {
  const problems = new ProblemList();
  const packet = packetOf(item, run, hostOf(item, problems));
  return tracePacket(packet, worldOf(item, packet.family, spelling, registered, problems));
}

function worldOf(
  item: NftCase,
  family: Family,
  spelling: Spelling,
  registered: boolean,
  problems: ProblemList,
): World {
  const { iptablesSave, iptablesLegacySave, conntrackBefore } = item;
  const saved = (text: string | null, backend: Ruleset['backend']): Ruleset[] =>
    text === null
      ? [{ family, backend, backendAssumed: false, form: 'save', tables: new Map() }]
      : parseSave({ name: backend, bytes: Buffer.from(text) }, { family, backend }, problems);
  return {
    // The router of the cases holds all that was loaded: a backend without a dump has no rules.
    rulesets: [
      ...saved(iptablesSave, 'iptables-nft'),
      ...saved(iptablesLegacySave, 'iptables-legacy'),
    ].filter((ruleset) => ruleset.family === family),
    nft: parseNftables(bytesOf(item, spelling), 'nft', problems),
    nftHooks: registered ? new Map(item.registered.map((name, rank) => [name, rank])) : null,
    host: hostOf(item, problems),
    flows:
      conntrackBefore === null
        ? null
        : parseFlows({ name: 'conntrack', bytes: Buffer.from(conntrackBefore) }, problems),
    recoverDestination: () => null,
  };
}

function hostOf({ hostFacts }: NftCase, problems: ProblemList): Host {
  const text = (key: string): string => JSON.stringify(hostFacts[key]);
  return {
    links: parseLinks(text('addr'), 'addr', problems),
    routes: {
      ipv4: parseRoutes(text('route'), 'ipv4', 'route', problems),
      ipv6: parseRoutes(text('route6'), 'ipv6', 'route6', problems),
    },
    policyRules: {
      ipv4: parsePolicyRules(text('rule'), 'ipv4', 'rule', problems),
      ipv6: parsePolicyRules(text('rule6'), 'ipv6', 'rule6', problems),
    },
    sysctls: new Map(Object.entries(hostFacts.sysctl as Record<string, string>)),
    ipsets: new Map(),
    recent: null,
    nft: null,
  };
}

function packetOf({ packet }: NftCase, run: CaseRun, host: Host): Packet {
  const destination = address(packet.destination.address);
  const { family } = destination;
  const own = packet.from === 'local';
  const protocol = parseProtocol(packet.protocol) ?? 0;
  const source =
    packet.source.address === null ? sourceOf(host, destination) : address(packet.source.address);
  return {
    family,
    protocol,
    source: { address: source, within: [], outside: [], local: null },
    sourcePort: run.sourcePort,
    destination,
    destinationIsLocal: false,
    destinationPort: packet.destination.port,
    icmp: packet.protocol === 'icmp' ? { type: 8, code: 0 } : null,
    entersAt: own ? 'OUTPUT' : 'PREROUTING',
    inInterface: own ? null : packet.inInterface,
    mark: packet.mark,
    state: 'NEW',
    ...(packet.userId === null ? {} : { header: { userId: packet.userId } }),
  };
}

function sourceOf(host: Host, destination: Address): Address | null {
  return sourceForOutput(host, routeTowards({ host }, destination), destination);
}

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(`not an address: ${text}`);
  return parsed;
}

/** @returns the kernel's steps that a trace tells too: the end of a base chain is told by its policy. */
export function kernelSteps({ kernelTrace }: CaseRun): string[] {
  const withPolicy = kernelTrace.map((step, at) => {
    const next = kernelTrace[at + 1];
    const beforePolicy = next?.kind === 'policy' && next.chain === step.chain && next.table === step.table;
    return step.kind === 'end' && beforePolicy ? [] : [step];
  });
  return withPolicy.flat().map(({ family, table, chain, kind, rule, verdict }) => {
    const spot = kind === 'rule' ? `${rule} ${verdict}` : kind;
    return `${family} ${table} ${chain} ${spot}`;
  });
}

const VERDICTS: Readonly<Record<string, string>> = {
  reject: 'drop',
  dnat: 'accept',
  snat: 'accept',
  masquerade: 'accept',
  redirect: 'accept',
};

const ENDS: ReadonlySet<string> = new Set(['accept', 'drop', 'jump', 'goto', 'return']);

/** @returns a way's steps in the same words; legacy tables are in no nft trace. */
export function ownSteps({ path }: Outcome, family: Family): string[] {
  return path.flatMap(({ step }) => {
    // The kernel's trace was switched on behind the device's own hook.
    if (step.program === 'nft' && step.family === 'netdev') return [];
    if (step.program === 'iptables' && step.backend === 'iptables-legacy') return [];
    const place =
      step.program === 'nft'
        ? `${step.family} ${step.table} ${step.chain}`
        : `${family === 'ipv4' ? 'ip' : 'ip6'} ${step.table} ${step.chain}`;
    return [`${place} ${spotOf(step)}`];
  });
}

function spotOf(step: Step): string {
  if (step.rule === null) return step.event === 'policy' ? 'policy' : 'end';
  const verdict = VERDICTS[step.action] ?? step.action;
  return `${step.rule.number} ${ENDS.has(verdict) ? verdict : 'continue'}`;
}

/** @returns where a way differs from what the kernel did; null where it does not. */
export function compareWay(
  outcome: Outcome,
  run: CaseRun,
  family: Family,
  steps: 'steps' | 'result',
): string | null {
  const [kernel, traced] = steps === 'result' ? [[], []] : [kernelSteps(run), ownSteps(outcome, family)];
  for (let at = 0; at < Math.max(kernel.length, traced.length); at++)
    if (kernel[at] !== traced[at])
      return `step ${at}: kernel ${kernel[at] ?? 'none'}, traced ${traced[at] ?? 'none'}`;
  const { verdict, delivered } = run.result;
  if (outcome.verdict !== verdict)
    return `kernel ${verdict}, traced ${outcome.verdict} ${outcome.reason?.code ?? ''}`;
  if (delivered === undefined) return null;
  const ends = (end: End): string => `${end.address} ${end.port}`;
  const own = (address: Address | null, port: number | null): string =>
    `${address === null ? 'unknown' : formatAddress(address)} ${port}`;
  const to = own(outcome.destination.address, outcome.destination.port);
  if (to !== ends(delivered.destination)) return `delivered to ${ends(delivered.destination)}, traced ${to}`;
  const { sender, port } = outcome.source;
  // A port that the kernel chose is not told.
  const from = own(sender.address, port ?? delivered.source.port);
  return from === ends(delivered.source) ? null : `delivered from ${ends(delivered.source)}, traced ${from}`;
}
