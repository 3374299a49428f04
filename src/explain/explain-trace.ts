import type { Ruleset } from '../iptables/ruleset.ts';
import { formatAddress, parseAddress } from '../net/address.ts';
import { formatProtocol, hasPorts, ICMP, ICMPV6 } from '../net/protocol.ts';
import { hex } from '../trace/describe-target.ts';
import type { Trace } from '../trace/outcome.ts';
import type { Packet } from '../trace/packet.ts';
import { tracePacket } from '../trace/trace-packet.ts';
import type { TraceItem } from './explanation.ts';
import { FlowJoin } from './flows/flow-join.ts';
import { completeListings } from './question/complete-listing.ts';
import { type Destination, readDestination } from './question/destination.ts';
import { type Known, QuestionError, type TraceQuestion } from './question/question.ts';
import { readVantages, type Vantage } from './question/vantage.ts';
import { commentConflicts } from './trace/conflicts.ts';
import { findFlowHit, outcomeSettled, settledByFlows, stateOf } from './trace/flow-hit.ts';
import { summariseFlows } from './trace/flow-summary.ts';
import { listMisses } from './trace/misses.ts';
import { modeNotes, outsideIptables } from './trace/mode-notes.ts';
import { Namer } from './trace/namer.ts';
import { describeOutcome } from './trace/outcome-items.ts';
import { describeSteps } from './trace/step-items.ts';

/**
 * Answers `trace`: sends the packet from each place asked for and puts names to what happens.
 * @throws QuestionError where the question names nothing that is known
 */
export function explainTrace(question: TraceQuestion, known: Known): TraceItem[] {
  const destination = readDestination(question, known);
  const namer = new Namer(known);
  const join = new FlowJoin(known, namer);
  return readVantages(question, destination, known).map((vantage) =>
    explainFrom(vantage, destination, question, known, namer, join),
  );
}

function explainFrom(
  vantage: Vantage,
  destination: Destination,
  question: TraceQuestion,
  known: Known,
  namer: Namer,
  join: FlowJoin,
): TraceItem {
  const packet = packetOf(vantage, destination, question);
  const captured = known.rulesets.filter(({ family }) => family === packet.family);
  const { rulesets, notes } = completeListings(captured, namer.naming, packet.entersAt);
  const trace = tracePacket(packet, {
    rulesets,
    host: known.host,
    // Asked for a NEW packet, the answer is that of a first packet: a flow of its name does not decide.
    flows: question.ctstate?.toUpperCase() === 'NEW' ? null : known.flows,
    recoverDestination: (rule, jump) => namer.recoverDestination(rule, jump),
  });
  const source = sourceAddress(trace);
  const flow = findFlowHit(packet, trace, source, known, join);
  const service = namer.serviceOf(trace) ?? destination.named ?? pastNat(packet, flow, join);
  return {
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
    steps: describeSteps(trace, rulesets, namer),
    outcomes: trace.outcomes
      .map((outcome) => describeOutcome(outcome, trace, known.host, namer))
      .map(outsideIptables(known))
      .map(outcomeSettled(known)),
    assumptions: [
      ...(destination.chosen === null
        ? []
        : [{ code: 'destination-chosen', text: destination.chosen, settle: null }]),
      ...vantage.assumptions.filter(({ code }) => code !== 'in-interface' || question.inInterface === null),
      ...trace.assumptions,
      ...notes,
      ...missingRules(rulesets, known, packet),
      ...modeNotes(known, packet),
      ...commentConflicts(trace, service),
      ...askedAsNew(question, packet, source, known),
    ].map(settledByFlows(known)),
    misses: question.detail === 'full' ? misses(trace, rulesets, known) : [],
    flow,
    flows: summariseFlows(packet, source, known, join),
  };
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

function packetOf(vantage: Vantage, destination: Destination, question: TraceQuestion): Packet {
  const { protocol, address } = destination;
  const icmp = protocol === ICMP ? { type: 8, code: 0 } : protocol === ICMPV6 ? { type: 128, code: 0 } : null;
  if (destination.port === null && hasPorts(protocol)) {
    throw new QuestionError(
      `${question.destination} needs a port, such as ${formatAddress(address)}:80; for a ping say --protocol icmp`,
    );
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
    entersAt: vantage.entersAt,
    inInterface: vantage.entersAt === 'OUTPUT' ? null : (question.inInterface ?? vantage.inInterface),
    mark: question.mark ?? 0,
    state: readState(question.ctstate),
  };
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

/** Tables that a whole capture would have: what is missing is taken for empty, and said so. */
function missingRules(rulesets: readonly Ruleset[], known: Known, packet: Packet): TraceItem['assumptions'] {
  if (rulesets.length === 0) {
    const others =
      known.rulesets.length > 0
        ? `the capture holds rules for ${known.rulesets[0]?.family} only`
        : 'the capture holds no iptables rules';
    const command = packet.family === 'ipv6' ? 'ip6tables-save' : 'iptables-save';
    return [
      {
        code: 'rules-not-captured',
        text: `${others}; it is taken for granted that there is no ${packet.family} rule`,
        settle: `capture \`${command} -c\``,
      },
    ];
  }
  return rulesets.flatMap((ruleset) => {
    const missing = (['nat', 'filter'] as const).filter((name) => {
      const table = ruleset.tables.get(name);
      return table === undefined || ![...table.chains.values()].some(({ policy }) => policy !== null);
    });
    const partial = missing.map((name) => ({
      code: 'table-not-captured',
      text: `the built-in chains of table ${name} are not in the capture: taken for empty, with policy ACCEPT`,
      settle: 'capture all tables with `iptables-save -c`',
    }));
    if (ruleset.form !== 'table-listing') return partial;
    const text =
      'the listing prints no interfaces; kube-proxy writes none into its own rules, so there none is taken to exist';
    return [
      ...partial,
      { code: 'listing-interfaces', text, settle: 'capture with iptables-save instead of iptables -L' },
    ];
  });
}
