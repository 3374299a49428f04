import { parseFlows } from '../../src/conntrack/parse-conntrack.ts';
import { parseFlowLine } from '../../src/conntrack/parse-flow-line.ts';
import type { Host } from '../../src/host/facts.ts';
import type { Ruleset } from '../../src/iptables/ruleset.ts';
import { parseSave } from '../../src/iptables/save/parse-save.ts';
import { parseIpvs } from '../../src/ipvs/parse-ipvs.ts';
import { IpvsTable } from '../../src/ipvs/table.ts';
import { type Address, type Family, formatAddress, sameAddress } from '../../src/net/address.ts';
import { ICMP, ICMPV6, SCTP, TCP, UDP } from '../../src/net/protocol.ts';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import type { NftRuleset } from '../../src/nftables/ruleset.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import type { Packet } from '../../src/trace/packet.ts';
import { tracksConnections } from '../../src/trace/tracking.ts';
import type { World } from '../../src/trace/world.ts';
import type { Case } from './generate/case.ts';
import { bridgedBetween } from './generate/packets.ts';
import { POOLS } from './generate/pools.ts';
import { questionOf } from './judge/question.ts';
import type { Lost } from './lost/lost-files.ts';
import type { Observation } from './node/observation.ts';
import {
  EMPTY_TABLES,
  type Loaded,
  type NativeRules,
  type NftListings,
  type Probe,
  type RuleText,
  type TestNode,
} from './node/test-node.ts';
import { NEIGHBOURS, type NeighbourName } from './node/topology.ts';
import { buildPacket, FLAGS, type Wire } from './node/wire.ts';

/** Everything the tracer is given for one packet, and what the kernel did with it. Plain data: it can be kept and judged again. */
export interface Meeting {
  readonly saved: readonly RuleText[];
  readonly host: Host;
  /** `conntrack -L`; null: no flow is the packet's. */
  readonly flows: string | null;
  readonly question: Packet;
  readonly seen: Observation;
  /** What nft listed before, and base chains in the order in which they were hooked; absent: no native rules. */
  readonly nft?: NftListings & { readonly registered: readonly string[] | null };
  /** It came to the node in parts. */
  readonly cut?: true;
  /** Files that the tracer is not given; absent: it is given all. */
  readonly lost?: readonly Lost[];
  /** Rules of its own have x_tables trace (TRACING_RULES): of a kernel without nf_tables. */
  readonly tracedByRules?: true;
  /** `ipvsadm-save -n` and the connections that IPVS had before; absent: no IPVS. */
  readonly ipvs?: string;
}

/** What a node with IPVS has besides. */
export interface Balancing {
  /** Commands of sh that make sets and virtual servers, when the old rules are gone. */
  readonly prepare: string;
  /** @returns what IPVS holds before this packet goes. */
  readonly listing: (probe: Probe) => Promise<string>;
}

let serial = 0x10000;

/** What makes a listing of nft old with the next packet: sets that rules change, and what quotas have counted. */
const CHANGES_SETS = /(add|update|delete) @|quota /;

/**
 * Sends the packets of a case, one after the other, and those that follow on their connections.
 * @param older the first ones before the rules are loaded; only what follows is met then
 */
export async function meet(
  node: TestNode,
  rules: readonly RuleText[],
  packets: Case['packets'],
  balancing: Balancing | null = null,
  native: (NativeRules & { readonly registered: readonly string[] | null }) | null = null,
  older = false,
): Promise<Meeting[]> {
  const before = older ? await sentBefore(node, rules, packets) : null;
  const loaded = await node.load(rules, balancing?.prepare, native, older);
  const changesNft = native !== null && CHANGES_SETS.test(native.text);
  const asksRecent = rules.some(({ text }) => text.includes('-m recent'));
  const changesSets = rules.some(({ text }) => text.includes('-j SET'));
  const hasZones =
    rules.some(({ text }) => text.includes('--zone')) || native?.text.includes('ct zone') === true;
  const writesEnds = /(addr|port) set /.test(native?.text ?? '');
  const meetings: Meeting[] = [];
  const send = async (
    probe: Probe,
    flows: string | null,
    state: Packet['state'] = 'NEW',
  ): Promise<Observation> => {
    const host = {
      ...loaded.host,
      ...(asksRecent ? { recent: await node.recentLists() } : {}),
      ...(changesSets ? { ipsets: await node.sets() } : {}),
    };
    const ipvs = await balancing?.listing(probe);
    const nft = changesNft ? await node.nftListings() : loaded.nft;
    const seen = await node.send(probe, loaded);
    meetings.push({
      ...{ saved: loaded.saved, host, flows, question: questionOf(probe, state), seen },
      ...(probe.cuts === undefined ? {} : { cut: true as const }),
      ...(ipvs === undefined ? {} : { ipvs }),
      ...(nft === null ? {} : { nft: { ...nft, registered: native?.registered ?? null } }),
    });
    return seen;
  };
  const whole = !reassembles(loaded, rules, native);
  const asksHop = /\brt (ip6? )?nexthop/.test(native?.text ?? '');
  for (const [index, { goesOn, ...each }] of packets.entries()) {
    // A raw socket's route remembers the destination that it had before nat (FLOWI_FLAG_KNOWN_NH); those of other sockets do not.
    if (asksHop && each.from === 'node') continue;
    const packet = whole ? uncut(each) : each;
    const first = before?.[index]?.first ?? withSerial(packet);
    const seen = before?.[index]?.seen ?? (await send(first, null, stateOf(first)));
    const inParts = goesOn ? answerTo(first, seen) : null;
    const answer = inParts !== null && whole ? uncut(inParts) : inParts;
    // An SCTP answer without a connection in its zone is INVALID, which the question would have to say.
    if (answer === null || (answer.wire.protocol === SCTP && hasZones)) continue;
    // What answers a header that a rule wrote is the answer of no connection.
    if (writesEnds && answer.wire.protocol !== UDP) continue;
    let flows = await node.flows(first.wire.family);
    if (!holds(flows, first)) continue;
    // IPVS may rewrite a packet without telling conntrack (`vs.conntrack` 0), and so may a rule of nft.
    const moved = seen.out !== null && !hasSameEnds(seen.out.packet, first.wire);
    const error = hasZones || moved || !isUntranslated(flows, first) ? null : errorAbout(seen, answer);
    if (error !== null) {
      await send(error, flows, 'RELATED');
      // Its rules may have marked the connection.
      flows = await node.flows(first.wire.family);
    }
    await send(answer, flows, answer.wire.protocol === SCTP && !answers(flows, answer) ? 'INVALID' : 'NEW');
    if (first.wire.protocol === SCTP) continue;
    const flags = first.wire.protocol === TCP ? FLAGS.ACK : 0;
    const after = await node.flows(first.wire.family);
    // Of TCP an ACK before the answer is INVALID.
    if (!holds(after, first) || isUnanswered(after, first)) continue;
    const second = { ...packet, wire: { ...packet.wire, tcpFlags: flags }, answersTo: answer.wire.serial };
    await send(withSerial(second), after);
  }
  return meetings;
}

/** A rule that has connections tracked, and does nothing. */
const TRACKING = '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m conntrack --ctstate INVALID\nCOMMIT\n';

/** Sends the packets while there are no rules but one, so that their connections are older than those. */
async function sentBefore(
  node: TestNode,
  rules: readonly RuleText[],
  packets: Case['packets'],
): Promise<{ readonly first: Probe; readonly seen: Observation }[]> {
  const bare = await node.load(rules.map((each) => ({ ...each, text: `${EMPTY_TABLES}${TRACKING}` })));
  const sent: { first: Probe; seen: Observation }[] = [];
  for (const { goesOn: _, ...packet } of packets) {
    const first = withSerial(packet);
    sent.push({ first, seen: await node.send(first, bare) });
  }
  return sent;
}

/**
 * Whether rules of both programs meet packets whole that came in parts. conntrack has them put together (nf_ct_netns_do_get calls
 * nf_defrag_ipv4_enable) in front of all but chains at devices; where nothing asks for it (test/kernel/fragments-kernel.test.ts) a
 * trace of the packet tells nothing of its parts, and it is sent whole.
 */
function reassembles(
  { saved, host, nft }: Loaded,
  [rules]: readonly RuleText[],
  native: NativeRules | null,
): boolean {
  if (rules === undefined || native?.text.includes('hook ingress') === true) return false;
  const listings = nft === null ? {} : { nft: { ...nft, registered: null } };
  const world = worldOf({ saved, host, flows: null, ...listings }, rules.family);
  return tracksConnections(world, rules.family) === true;
}

/** @returns the packet in one part, short enough for a link. */
function uncut({ cuts, ...probe }: Probe): Probe {
  if (cuts === undefined) return probe;
  return { ...probe, wire: { ...probe.wire, padding: Math.min(probe.wire.padding, 700) } };
}

function hasSameEnds(left: Wire, right: Wire): boolean {
  return (
    sameAddress(left.source, right.source) &&
    sameAddress(left.destination, right.destination) &&
    left.sourcePort === right.sourcePort &&
    left.destinationPort === right.destinationPort
  );
}

function withSerial(packet: Probe): Probe {
  return { ...packet, wire: { ...packet.wire, serial: serial++ } };
}

/** Combinations of flags that no TCP has make the packet INVALID (`tcp_valid_flags`, nf_conntrack_proto_tcp.c). */
function stateOf({ wire }: Probe): Packet['state'] {
  const { tcpFlags } = wire;
  if (wire.protocol !== TCP) return 'NEW';
  return tcpFlags === FLAGS.SYN || tcpFlags === FLAGS.ACK ? 'NEW' : 'INVALID';
}

/** Whether the connection of a packet is in the table; one that was not tracked is not. */
function holds(flows: string, probe: Probe): boolean {
  return flowLine(flows, probe) !== undefined;
}

function isUnanswered(flows: string, probe: Probe): boolean {
  return flowLine(flows, probe)?.includes('[UNREPLIED]') === true;
}

/** Whether conntrack has the connection that this answers: IPVS may have sent it to another server without telling conntrack. */
function answers(flows: string, { wire }: Probe): boolean {
  const { protocol, source, destination, sourcePort, destinationPort } = wire;
  const query = { protocol, source, destination, sourcePort, destinationPort };
  const table = parseFlows({ name: 'conntrack.txt', bytes: Buffer.from(flows) }, new ProblemList());
  return table.findFlow(query) !== null;
}

/** Of a connection that nat rewrote no question holds whose error it is. */
function isUntranslated(flows: string, probe: Probe): boolean {
  const flow = parseFlowLine(flowLine(flows, probe) ?? '', 'conntrack.txt', 1);
  if (flow === null) return false;
  const { original, reply } = flow;
  return (
    sameAddress(original.source, reply.destination) &&
    sameAddress(original.destination, reply.source) &&
    original.sourcePort === reply.destinationPort &&
    original.destinationPort === reply.sourcePort
  );
}

function flowLine(flows: string, { wire }: Probe): string | undefined {
  const port = wire.icmp === null ? `sport=${wire.sourcePort} ` : `id=${wire.icmp.id} `;
  return flows
    .split('\n')
    .find((line) => line.includes(`dst=${formatAddress(wire.destination)} `) && line.includes(port));
}

/** What whoever got the packet sends back; null where that is nobody. */
function answerTo(first: Probe, { out, delivered }: Observation): Probe | null {
  const got = out?.packet ?? delivered?.packet;
  const source = out?.packet.destination ?? delivered?.destination ?? null;
  if (got === undefined || source === null) return null;
  if (first.wire.protocol === TCP && first.wire.tcpFlags !== FLAGS.SYN) return null;
  // No process of the node can send from an address that is not the node's.
  const { own, loopback } = POOLS[source.family];
  if (out === null && ![...own, loopback].includes(formatAddress(source))) return null;
  const from = out === null ? 'node' : neighbourAt(out.device, source);
  if (from === null) return null;
  // What a pod would answer to itself never leaves it.
  if (from !== 'node' && sameAddress(got.source, source)) return null;
  const wire: Wire = {
    ...got,
    source,
    destination: got.source,
    sourcePort: got.destinationPort,
    destinationPort: got.sourcePort,
    icmp: got.icmp === null ? null : { ...got.icmp, type: got.icmp.type === 8 ? 0 : 129 },
    tcpFlags: got.protocol === TCP ? FLAGS.SYN | FLAGS.ACK : 0,
    ttl: 64,
    tos: 0,
    padding: first.cuts === undefined ? 0 : first.wire.padding,
  };
  const bridgedTo = bridgedBetween(from, wire.destination);
  const answer: Probe = { from, wire, bridgedTo, mark: 0, bound: true, answersTo: first.wire.serial };
  // What came in parts is answered in parts; those of a process the kernel makes.
  return withSerial(first.cuts === undefined || from === 'node' ? answer : { ...answer, cuts: first.cuts });
}

/** What whoever got the packet says before it answers; null where that is the node itself. */
function errorAbout({ out }: Observation, answer: Probe): Probe | null {
  const got = out?.packet;
  if (got === undefined) return null;
  const { family } = got;
  const wire: Wire = {
    ...answer.wire,
    protocol: family === 'ipv4' ? ICMP : ICMPV6,
    sourcePort: null,
    destinationPort: null,
    icmp: family === 'ipv4' ? { type: 3, code: 3, id: 0 } : { type: 1, code: 4, id: 0 },
    tcpFlags: 0,
    quotes: buildPacket(got),
  };
  const { cuts: _, ...whole } = answer;
  return withSerial({ ...whole, wire });
}

/** Who is behind a link: the owner of the address, or the gateway to it. */
function neighbourAt(device: string, address: Address): NeighbourName | null {
  const names = Object.keys(NEIGHBOURS) as NeighbourName[];
  const owner = names.find(
    (name) =>
      NEIGHBOURS[name].device === device && NEIGHBOURS[name][address.family] === formatAddress(address),
  );
  if (owner !== undefined) return owner;
  return device === 'eth1' ? 'outside' : device === 'eth0' ? 'secondNode' : null;
}

/** What a tracer is given for a meeting, as the program reads it. */
export function worldOf(
  { saved, host, flows, ipvs, nft }: Omit<Meeting, 'question' | 'seen'>,
  family: Family,
  spelling: 'json' | 'text' = 'json',
  ranked = true,
): World {
  const problems = new ProblemList();
  const rulesets = saved
    .filter((one) => one.family === family)
    .flatMap(({ backend, text }) =>
      parseSave({ name: `${backend}-save`, bytes: Buffer.from(text) }, { family, backend }, problems),
    );
  const table =
    flows === null ? null : parseFlows({ name: 'conntrack.txt', bytes: Buffer.from(flows) }, problems);
  return {
    ...{ rulesets, host, flows: table, recoverDestination: () => null },
    ...(ipvs === undefined ? {} : { ipvs: new IpvsTable(parseIpvs(ipvs, 'ipvsadm.txt', problems)) }),
    ...(nft === undefined
      ? {}
      : {
          rulesets: [...rulesets, ...emptyBackends(rulesets, family)],
          nft: readNft(nft[spelling]),
          nftHooks:
            nft.registered === null || !ranked
              ? null
              : new Map(nft.registered.map((name, rank) => [name, rank])),
        }),
  };
}

/** A backend whose dump was taken and held nothing. */
function emptyBackends(rulesets: readonly Ruleset[], family: Family): Ruleset[] {
  return (['iptables-nft', 'iptables-legacy'] as const)
    .filter((backend) => rulesets.every((one) => one.backend !== backend))
    .map((backend) => ({ family, backend, backendAssumed: false, form: 'save', tables: new Map() }));
}

/** The listings read last: the packets of a case share theirs. */
const READ = new Map<string, NftRuleset>();

function readNft(listing: string): NftRuleset | null {
  if (listing === '') return null;
  let ruleset = READ.get(listing);
  if (ruleset !== undefined) return ruleset;
  const problems = new ProblemList();
  const parsed = parseNftables(Buffer.from(listing), 'nft', problems);
  if (parsed === null || problems.list().length > 0)
    throw new Error(`nft's listing was not read back: ${JSON.stringify(problems.list())}\n${listing}`);
  ruleset = parsed;
  if (READ.size >= 4) READ.clear();
  READ.set(listing, ruleset);
  return ruleset;
}
