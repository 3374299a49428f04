import type { Flow } from '../conntrack/flow.ts';
import { interfaceSwitch } from '../host/sysctl.ts';
import { sameAddress } from '../net/address.ts';
import { isOnLink } from '../trace/bridge.ts';
import { labelsOf } from '../trace/labels.ts';
import { portOrSome, SOME_PORT } from '../trace/opened-flow.ts';
import type { Outcome } from '../trace/outcome.ts';
import { type Packet, senderOf } from '../trace/packet.ts';
import type { Given } from '../trace/question.ts';
import type { Connection } from '../trace/state.ts';
import { mayStopEstablished } from '../trace/stops-established.ts';
import { casesLeft } from './cases-left.ts';
import type { Client } from './client.ts';
import type { Leg, Way } from './connection.ts';
import { outcomesAt } from './outcomes-at.ts';
import { ended, type Memory, memoryOf, type Trip } from './trip.ts';

/**
 * What the client sends when it has its answer, through each node that the request passed: data on an established connection
 * there. A node that did not see the answer takes what follows a SYN that nobody answered for INVALID (tcp_conntracks,
 * net/netfilter/nf_conntrack_proto_tcp.c). @returns null where it goes the request's way
 */
export function laterRequests(trip: Trip, client: Client): Way | null {
  for (const leg of trip.legs) {
    if (leg.direction !== 'request') continue;
    const { end } = leg.outcome;
    // What IPVS keeps from conntrack begins anew with each packet; of that later-answers.ts asks.
    if (end.balancedBy !== null && end.connection === null) continue;
    // What stands for a port that any may be is not always one of those that were asked for.
    if (leg.outcome.given.some(({ question }) => question.code === 'source-port')) continue;
    const answer =
      trip.legs.findLast((other) => other.direction === 'answer' && other.view === leg.view) ?? null;
    if (answer === null && (end.connection === null || isRedirected(leg, client))) continue;
    const way = laterThrough(leg, answer, trip, client);
    if (way !== null) return way;
  }
  return null;
}

/** @param answer what the node saw of the answer; null for nothing */
function laterThrough(leg: Leg, answer: Leg | null, trip: Trip, client: Client): Way | null {
  const { view, outcome } = leg;
  const { family } = leg.packet;
  const world = view.world(family);
  const { state, memory, isEstablished } = knownNow(leg, answer, trip);
  if (isEstablished && !mayStopEstablished(world, family)) return null;
  const packet = laterPacket(leg, client, state);
  const answered = [...outcome.given, ...(answer?.outcome.given ?? [])]
    .filter(({ question }) => !OF_THE_PACKET.has(question.code))
    .map(askedLater);
  const outcomes = outcomesAt(view, packet, trip, memory);
  const cases = casesLeft(outcomes, answered);
  const goes = (way: Outcome): boolean =>
    answer === null ? way.verdict === 'accept' : goesAlike(way, outcome);
  // What chance alone sends another way is sent again.
  const stopped = cases.filter((one) => !one.outcomes.some(goes));
  const [first] = stopped;
  const lost = first?.outcomes[0];
  if (first === undefined || lost === undefined) return null;
  const after: Leg = { view, direction: 'request', packet, outcome: lost };
  const legs = { ...trip, legs: [...trip.legs, after] };
  const ways = cases.flatMap((one) => one.outcomes);
  if (stopped.length === cases.length && ways.every(({ verdict }) => ENDS.has(verdict))) {
    if (answer === null) return ended('times-out', { code: 'answer-skips', leg: after }, legs);
    // Of an ICMP error a socket whose connection is made only takes note (tcp_v4_err, tcp_v6_err: sk_err_soft).
    const isRefused = ways.every(({ rejectWith }) => rejectWith === 'tcp-reset');
    return ended(isRefused ? 'refused' : 'times-out', { code: 'later-lost', leg: after }, legs);
  }
  const { given } = first;
  const isOpen = lost.verdict !== 'unknown' && lost.verdict !== 'queue' && given.length > 0;
  return ended(
    'unknown',
    isOpen ? { code: 'open-question', node: view.name, given } : { code: 'not-followed', leg: after },
    legs,
  );
}

const ENDS: ReadonlySet<string> = new Set(['drop', 'reject']);
/** PSH and ACK: data. Where an ACK without any is lost, data ends the handshake as well. */
const DATA = 0x18;

/** @returns what conntrack makes of the packet, and what the node remembers of the connection. */
function knownNow(
  { view, outcome }: Leg,
  answer: Leg | null,
  trip: Trip,
): { readonly state: Packet['state']; readonly memory: Memory; readonly isEstablished: boolean } {
  const memory = memoryOf(view, trip);
  if (outcome.end.connection === null) return { state: 'NEW', memory, isEstablished: false };
  const answered = answer?.outcome.end.connection ?? null;
  if (answered?.direction !== 'REPLY') {
    const { written } = memory;
    return { state: 'INVALID', memory: written === undefined ? {} : { written }, isEstablished: false };
  }
  const opened = (memory.opened ?? []).map((flow) => establishedFlow(flow, answered));
  return { state: 'NEW', memory: { ...memory, opened }, isEstablished: true };
}

/** What ends a handshake makes the entry ASSURED before the first rule sees it (nf_conntrack_tcp_packet). */
function establishedFlow(flow: Flow, answered: Connection): Flow {
  const labels = labelsOf(answered)?.join() ?? null;
  return { ...flow, state: 'ESTABLISHED', status: ['ASSURED'], mark: answered.mark, labels };
}

/** What data has otherwise than the SYN before it. */
const OF_THE_PACKET: ReadonlySet<string> = new Set(['length', 'tcp-option', 'tcpmss', 'ecn']);

/** The first packet's port may be any; from the second on one stands for it. */
function askedLater(given: Given): Given {
  const { question } = given;
  if (!('sourcePort' in question) || question.sourcePort !== null) return given;
  return { ...given, question: { ...question, sourcePort: SOME_PORT } };
}

/** The client's next packet, as it comes to the node. */
function laterPacket({ packet, outcome }: Leg, client: Client, state: Packet['state']): Packet {
  const { connection } = outcome.end;
  const source = packet.source.address ?? connection?.originalSource.address ?? client.address;
  return {
    ...packet,
    source: senderOf(source),
    sourcePort: portOrSome(packet.sourcePort, packet.protocol),
    state,
    header: { ...withoutLength(packet.header), tcpFlags: DATA },
  };
}

function withoutLength(header: Packet['header'] = {}): NonNullable<Packet['header']> {
  const { length: _, ...rest } = header;
  return rest;
}

/** Whether it leaves the node as the first packet did, and to the same. */
function goesAlike({ verdict, exit, end }: Outcome, first: Outcome): boolean {
  return (
    verdict === 'accept' &&
    exit?.kind === first.exit?.kind &&
    (exit?.kind !== 'interface' || first.exit?.kind !== 'interface' || exit.name === first.exit.name) &&
    sameAddress(end.destination, first.end.destination) &&
    end.destinationPort === first.end.destinationPort
  );
}

/**
 * A node that sends a packet back into the network it came from tells its sender of the shorter way, which hosts take from
 * then on (ip_forward and ip_rt_send_redirect, net/ipv4; ip6_forward): with send_redirects, the default, and IPv6 always.
 */
function isRedirected({ view, outcome }: Leg, client: Client): boolean {
  const { host } = view;
  const { end, exit } = outcome;
  const { inInterface, family } = end;
  if (exit?.kind !== 'interface' || exit.name !== (end.arrivedBy?.device ?? inInterface)) return false;
  if (!isOnLink(host, exit.name, client.address)) return false;
  return family === 'ipv6' || interfaceSwitch(host, 'ipv4', 'send_redirects', exit.name, 'or') !== 0;
}
