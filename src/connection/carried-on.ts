import { interfaceSwitch } from '../host/sysctl.ts';
import { TCP } from '../net/protocol.ts';
import { isOnLink } from '../trace/bridge.ts';
import type { Outcome } from '../trace/outcome.ts';
import { type Packet, senderOf } from '../trace/packet.ts';
import { tracePacket } from '../trace/trace-packet.ts';
import { answerPacket } from './answer-packet.ts';
import type { Client } from './client.ts';
import type { Leg, Way } from './connection.ts';
import type { NodeView } from './node-view.ts';
import { ended, memoryOf, type Trip } from './trip.ts';

/**
 * The client has its answer, and sends on. A node that let the request pass and did not see the answer takes the ACK of a
 * SYN that nobody answered for INVALID (tcp_conntracks, net/netfilter/nf_conntrack_proto_tcp.c).
 */
export function carriedOn(trip: Trip, client: Client): Way {
  const stopped = laterAnswers(trip, client);
  if (stopped !== null) return stopped;
  const works = ended('works', null, trip);
  const skipped = trip.legs.filter(
    ({ view, direction, outcome }) =>
      direction === 'request' &&
      outcome.end.protocol === TCP &&
      outcome.end.connection !== null &&
      !isRedirected(view, outcome, client) &&
      !trip.legs.some((other) => other.direction === 'answer' && other.view === view),
  );
  for (const leg of skipped) {
    const { view, outcome, enters } = leg;
    const first = outcome.end.connection;
    if (first === null) continue;
    const { family } = client.address;
    const packet: Packet = {
      family,
      protocol: TCP,
      source: senderOf(first.originalSource.address ?? client.address),
      sourcePort: first.originalSourcePort,
      destination: first.originalDestination,
      destinationIsLocal: false,
      destinationPort: first.originalDestinationPort,
      icmp: null,
      entersAt: enters === null ? 'OUTPUT' : 'PREROUTING',
      inInterface: enters,
      mark: 0,
      state: 'INVALID',
      header: { tcpFlags: ACK },
    };
    const { outcomes } = tracePacket(packet, view.world(family));
    const lost = outcomes.find(({ verdict }) => verdict !== 'accept');
    if (lost === undefined) continue;
    const after: Leg = { view, direction: 'request', enters, outcome: lost };
    const legs = { ...trip, legs: [...trip.legs, after] };
    if (outcomes.every(({ verdict }) => verdict === 'drop' || verdict === 'reject'))
      return ended('times-out', { code: 'answer-skips', leg: after }, legs);
    const { given } = lost;
    const isOpen = lost.verdict !== 'unknown' && lost.verdict !== 'queue' && given.length > 0;
    return ended(
      'unknown',
      isOpen ? { code: 'open-question', node: view.name, given } : { code: 'not-followed', leg: after },
      legs,
    );
  }
  return works;
}

/**
 * Where IPVS keeps a connection from conntrack, the answer's first packet is INVALID, and the next one is NEW again: rules may
 * let the handshake pass and refuse what is said then. @returns null where they do not
 */
function laterAnswers(trip: Trip, client: Client): Way | null {
  for (const { view, direction, outcome, enters } of trip.legs) {
    const { protocol, balancedBy, connection } = outcome.end;
    if (direction !== 'answer' || protocol !== TCP || balancedBy === null || connection !== null) continue;
    const request = trip.legs.find((leg) => leg.direction === 'request' && leg.view === view);
    const from =
      enters === null
        ? ({ entersAt: 'OUTPUT', inInterface: null } as const)
        : ({ entersAt: 'PREROUTING', inInterface: enters } as const);
    const first = request === undefined ? null : answerPacket(request.outcome.end, client, from);
    if (first === null) continue;
    const packet: Packet = { ...first, header: { tcpFlags: ACK } };
    const { outcomes } = tracePacket(packet, view.world(packet.family), memoryOf(view, trip));
    const lost = outcomes.find(({ verdict }) => verdict !== 'accept');
    if (lost === undefined) continue;
    const leg: Leg = { view, direction: 'answer', enters, outcome: lost };
    const legs = { ...trip, legs: [...trip.legs, leg] };
    if (outcomes.every(({ verdict }) => verdict === 'drop' || verdict === 'reject'))
      return ended('times-out', { code: 'lost', leg }, legs);
    return ended('unknown', { code: 'not-followed', leg }, legs);
  }
  return null;
}

const ACK = 0x10;

/**
 * A node that sends a packet back into the network it came from tells its sender of the shorter way, which hosts take from
 * then on (ip_forward and ip_rt_send_redirect, net/ipv4; ip6_forward): with send_redirects, the default, and IPv6 always.
 */
function isRedirected({ host }: NodeView, { end, exit }: Outcome, client: Client): boolean {
  const { inInterface, family } = end;
  if (exit?.kind !== 'interface' || exit.name !== (end.arrivedBy ?? inInterface)) return false;
  if (!isOnLink(host, exit.name, client.address)) return false;
  return family === 'ipv6' || interfaceSwitch(host, 'ipv4', 'send_redirects', exit.name, 'or') !== 0;
}
