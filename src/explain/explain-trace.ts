import type { Ruleset } from '../iptables/ruleset.ts';
import { type Address, formatAddress, parseAddress } from '../net/address.ts';
import { formatProtocol, hasPorts, ICMP, ICMPV6 } from '../net/protocol.ts';
import { hex } from '../trace/describe-target.ts';
import { traceFolded, withoutTwins } from '../trace/folded-trace.ts';
import type { Trace } from '../trace/outcome.ts';
import type { Packet } from '../trace/packet.ts';
import { tracePacket } from '../trace/trace-packet.ts';
import { NO_PEERS, NodesOnTheWay, type Peers } from './connection/peers.ts';
import { pingNote } from './connection/ping-note.ts';
import { type TracedNode, tracedNode } from './connection/traced-node.ts';
import type { Note } from './explanation.ts';
import { FlowJoin } from './flows/flow-join.ts';
import { senderAsTyped } from './question/as-typed.ts';
import { nftNotes } from './question/assumed-nft-hooks.ts';
import { type Destination, readDestination } from './question/destination.ts';
import { readEntry } from './question/entry.ts';
import { type Known, QuestionError, type TraceQuestion } from './question/question.ts';
import { podNetworks, thisNodeName } from './question/this-node.ts';
import { readVantages, type Vantage } from './question/vantage.ts';
import { addressOwner } from './trace/address-owner.ts';
import { commentConflicts } from './trace/conflicts.ts';
import { findFlowHit, stateOf } from './trace/flow-hit.ts';
import { summariseFlows } from './trace/flow-summary.ts';
import { flowsAbsent } from './trace/flows-absent.ts';
import { GivenItems } from './trace/given-items.ts';
import { listMisses } from './trace/misses.ts';
import { hooksPassed, missingRules } from './trace/missing-rules.ts';
import { modeNotes, otherProxy } from './trace/mode-notes.ts';
import { noteChains } from './trace/passed-chains.ts';
import { describeClient } from './trace/remarks/client.ts';
import { findTarget } from './trace/remarks/target.ts';
import { servicesOf } from './trace/services-of.ts';
import { areToldByNode, tellWays } from './trace/told-ways.ts';
import type { OutcomeItem, TraceItem } from './trace-list.ts';
import { assumptionNote } from './words/assumption-words.ts';

/**
 * Answers `trace`: sends the packet from each place asked for and puts names to what happens.
 * @param peers the other nodes of the cluster, where they were captured too
 * @param senderUnseen why what becomes of the packet before it comes to this node is not known; null: it begins here
 * @throws QuestionError where the question names nothing that is known
 */
export function explainTrace(
  asked: TraceQuestion,
  known: Known,
  peers: Peers = NO_PEERS,
  senderUnseen: Note | null = null,
): TraceItem[] {
  const question = senderAsTyped(asked, known);
  const destination = readDestination(question, known);
  // Asked for a NEW packet, the answer is that of a first packet: a flow of its name does not decide.
  const withFlows = question.ctstate?.toUpperCase() !== 'NEW';
  const node = tracedNode(known, withFlows);
  const nodes = new NodesOnTheWay(node, peers, withFlows && question.sourcePort !== null);
  const join = new FlowJoin(known, node.namer);
  const items: TraceItem[] = [];
  // What anybody sends to 0.0.0.0 reaches itself; the senders' survey asks from everywhere, and 0.0.0.0 stands for no destination there.
  const from = question.from ?? (destination.address.value === 0n ? 'node' : null);
  for (const vantage of readVantages({ ...question, from }, destination, known)) {
    const item = explainFrom(vantage, destination, question, node, nodes, join, senderUnseen);
    const usual = vantage.onlyIfOtherThan;
    const main = items.find(({ from }) => from === usual);
    if (main === undefined || usual === undefined) items.push(item);
    else if (!isTurnedAway(item) && fate(main) !== fate(item)) items.push({ ...item, insteadOf: usual });
  }
  return items;
}

/** Routing takes nothing that comes in there: it is no interface that clients come by. */
function isTurnedAway({ outcomes }: TraceItem): boolean {
  return outcomes.every(({ verdict, decidedBy }) => verdict === 'drop' && decidedBy === null);
}

/** What becomes of a packet, as far as its sender could tell the difference. */
function fate({ outcomes }: TraceItem): string {
  return JSON.stringify(
    outcomes.map(({ verdict, rejectWith, reason, destination, source, exit, probability, given }) => [
      ...[verdict, rejectWith, reason?.code, destination, source, exit, probability, given.length],
    ]),
  );
}

function explainFrom(
  vantage: Vantage,
  destination: Destination,
  question: TraceQuestion,
  node: TracedNode,
  nodes: NodesOnTheWay,
  join: FlowJoin,
  senderUnseen: Note | null,
): TraceItem {
  const { known, namer } = node;
  const packet = packetOf(vantage, destination, question, known);
  const { rulesets, notes, hooks } = node.completed(packet.family);
  const world = node.view.world(packet.family);
  const mayFold = !nodes.hasPeers && areToldByNode(known) && otherProxy(packet, known) === null;
  const trace = mayFold ? traceFolded(packet, world) : withoutTwins(tracePacket(packet, world));
  const source = sourceAddress(trace);
  const flow = findFlowHit(packet, trace, source, known, join);
  const services = servicesOf(trace, namer, destination);
  const service = services.common ?? pastNat(packet, flow, join);
  const context = {
    trace,
    rulesets,
    known,
    namer,
    conditions: new GivenItems(known.flows !== null),
    target: findTarget(trace, service, known),
    podNetworks: podNetworks(known, packet.family),
    client: describeClient(vantage, known, question.inInterface !== null),
  };
  const clientKnown = vantage.kind !== 'pod' || vantage.sender.address !== null;
  const sender = { clientKnown, senderUnseen };
  const { outcomes, followed, steps, chains, connection } = tellWays(
    trace,
    services.each,
    context,
    node,
    nodes,
    sender,
  );
  const item: TraceItem = {
    vantage: vantage.kind,
    from: vantage.from,
    packet: {
      family: packet.family,
      protocol: formatProtocol(packet.protocol),
      source: { address: source, port: packet.sourcePort },
      destination: { address: formatAddress(packet.destination), port: packet.destinationPort },
      entersAt: packet.entersAt,
      inInterface: packet.inInterface ?? null,
      state: stateOf(packet, trace),
      mark: hex(packet.mark),
    },
    service,
    ...(services.each.some((one) => one !== null) || service !== null
      ? {}
      : {
          owner: addressOwner(
            join.place(packet.protocol, packet.destination, packet.destinationPort),
            known,
            thisNodeName(known),
          ),
        }),
    get steps() {
      return steps();
    },
    outcomes,
    connection,
    assumptions: [
      ...(destination.chosen === null
        ? []
        : [{ code: 'destination-chosen', text: destination.chosen, settle: null }]),
      ...vantage.assumptions.filter(
        ({ code }) => code !== 'in-interface' || !tellsInterface(outcomes, question),
      ),
      ...trace.assumptions.map((assumption) => assumptionNote(assumption, known.flows !== null)),
      ...pingNote(known, trace, followed),
      ...notes,
      ...hooksPassed(hooks, trace),
      ...flowsAbsent(known, trace),
      ...missingRules(rulesets, trace, known.nft ?? null),
      ...nftNotes(known.nft ?? null, trace),
      ...modeNotes(known, packet),
      ...commentConflicts(trace, service),
      ...askedAsNew(question, packet, source, known),
    ],
    misses: question.detail === 'full' ? misses(trace, rulesets, known) : [],
    flow,
    flows: summariseFlows(packet, source, known, join),
  };
  return noteChains(item, chains);
}

/** True where the question says by which interface the packet comes in, or a remark says that it matters. */
function tellsInterface(outcomes: readonly OutcomeItem[], { inInterface }: TraceQuestion): boolean {
  return (
    inInterface !== null ||
    outcomes.some(({ remarks }) => remarks.some(({ code }) => code === 'reverse-path'))
  );
}

/** nat rules name a node port's Service; a packet that they are not asked about still is for it. */
function pastNat(packet: Packet, flow: TraceItem['flow'], join: FlowJoin): TraceItem['service'] {
  const asked = packet.state === 'NEW' && flow === null;
  if (asked || flow?.direction === 'reply') return null;
  return join.place(packet.protocol, packet.destination, packet.destinationPort).service;
}

/** `--ctstate NEW` was asked for a packet of which conntrack knows better: it is answered as asked, and said. */
function askedAsNew(
  question: TraceQuestion,
  packet: Packet,
  source: string | null,
  known: Known,
): TraceItem['assumptions'] {
  if (question.ctstate?.toUpperCase() !== 'NEW' || known.flows === null || source === null) return [];
  const address = parseAddress(source);
  if (address === null || (hasPorts(packet.protocol) && packet.sourcePort === null)) return [];
  const { protocol, sourcePort, destination, destinationPort } = packet;
  const found = known.flows.findFlow({ protocol, source: address, sourcePort, destination, destinationPort });
  if (found === null) return [];
  const { file, line } = found.flow;
  const text = `conntrack holds this very flow (${file} line ${line}), so that its packets are not NEW; as asked, the answer is that of a first packet all the same`;
  return [{ code: 'asked-as-new', text, settle: 'leave out --ctstate NEW' }];
}

function misses(trace: Trace, rulesets: readonly Ruleset[], known: Known): TraceItem['misses'] {
  const [first] = trace.outcomes;
  return first === undefined ? [] : listMisses(first, rulesets, known.host);
}

function packetOf(vantage: Vantage, destination: Destination, question: TraceQuestion, known: Known): Packet {
  const { protocol, address } = destination;
  const icmp = protocol === ICMP ? { type: 8, code: 0 } : protocol === ICMPV6 ? { type: 128, code: 0 } : null;
  if (destination.port === null && hasPorts(protocol)) {
    throw new QuestionError(needsPort(question.destination, address));
  }
  return {
    family: address.family,
    protocol,
    source: vantage.sender,
    sourcePort: hasPorts(protocol) ? question.sourcePort : null,
    destination: address,
    destinationIsLocal: destination.isLocal,
    destinationPort: hasPorts(protocol) ? destination.port : null,
    icmp,
    ...readEntry(vantage, question, known),
    mark: question.mark ?? 0,
    state: readState(question.ctstate),
  };
}

/** `fd00::1:80` is a whole IPv6 address: whoever meant port 80 left out the brackets. */
function needsPort(asked: string, address: Address): string {
  const ping = 'for a ping say --protocol icmp';
  if (address.family === 'ipv4')
    return `${asked} needs a port, such as ${formatAddress(address)}:80; ${ping}`;
  const [, head, port] = /^\[?([0-9a-f:]*[0-9a-f]):(\d{1,5})\]?$/i.exec(asked.trim()) ?? [];
  const meant = head === undefined ? null : parseAddress(head);
  const hint =
    meant === null || port === undefined
      ? ''
      : `; if port ${port} of ${formatAddress(meant)} is meant, write [${formatAddress(meant)}]:${port}`;
  return `${asked} is read as an IPv6 address without a port, which would be [${formatAddress(address)}]:80${hint}; ${ping}`;
}

function readState(text: string | null): Packet['state'] {
  const state = (text ?? 'NEW').toUpperCase();
  const states = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'] as const;
  const known = states.find((each) => each === state);
  if (known === undefined) throw new QuestionError(`--ctstate ${text} is none of ${states.join(', ')}`);
  return known;
}

/** The packet's own source: for a packet of the node what routing chose, where every way agrees on it. */
function sourceAddress(trace: Trace): string | null {
  const { source, entersAt } = trace.packet;
  if (source.address !== null) return formatAddress(source.address);
  if (entersAt !== 'OUTPUT') return null;
  const chosen = new Set(trace.outcomes.map(({ path }) => path[0]?.state.source.address ?? null));
  const [only] = chosen;
  return chosen.size === 1 && only !== null && only !== undefined ? formatAddress(only) : null;
}
