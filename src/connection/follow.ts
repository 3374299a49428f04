import { sameAddress } from '../net/address.ts';
import { isStopped, type Outcome } from '../trace/outcome.ts';
import type { Packet } from '../trace/packet.ts';
import type { Connection } from '../trace/state.ts';
import { byMark, refusalMarks } from './answer-mark.ts';
import { arrivingPacket } from './answer-packet.ts';
import { answeredUnseen } from './answer-unseen.ts';
import { answered } from './answered.ts';
import { carriedOn } from './carried-on.ts';
import { throughOutcomes } from './cases.ts';
import type { Client } from './client.ts';
import type { ConnectionReason, Leg, Way } from './connection.ts';
import { arrivalDevice, type Delivery, deliveryOf } from './delivery.ts';
import { listeningAt } from './listening.ts';
import type { Neighbours, NodeView } from './node-view.ts';
import { notAnswered } from './not-answered.ts';
import { outcomesAt } from './outcomes-at.ts';
import { isOwnCall, isUnheard, refusalOf, unlessLost } from './refusal.ts';
import { sourceWriter } from './source-writer.ts';
import { manyOutside, notSent, silentAt } from './to-many.ts';
import { type At, ended, memoryOf, remembered, rememberedByIpvs, type Trip } from './trip.ts';
import { isDown, lostInTunnel } from './tunnel.ts';

/** A packet passes this many nodes before the rest of its way is given up. */
const MAX_NODES = 8;

/** What stays the same for one connection. */
interface Journey {
  readonly client: Client;
  readonly neighbours: Neighbours;
}

/**
 * Follows a connection whose first packet was traced through a node: on to the nodes behind it, to who answers, and the
 * answer back to the client, as the kernels on the way would take it.
 * @param view the node, with the packet and one of its outcomes there
 * @returns the ways it can go from there; their shares add up to 1
 */
export function followConnection(
  view: NodeView,
  packet: Packet,
  outcome: Outcome,
  client: Client,
  neighbours: Neighbours,
): readonly Way[] {
  const start: Trip = { legs: [], opened: new Map(), balanced: new Map() };
  const silent = notSent(view, packet, client);
  if (silent !== null) return [ended(silent.sees, silent.reason, start)];
  return past({ view, packet, direction: 'request' }, outcome, start, { client, neighbours });
}

/**
 * A packet that comes to a further node, or the answer to its first.
 * @param attached the connection that it sets out with
 */
function through(at: At, trip: Trip, journey: Journey, attached: Connection | null = null): readonly Way[] {
  const { view, packet } = at;
  const passed = trip.legs.filter(({ direction }) => direction === at.direction).length;
  if (passed >= MAX_NODES) return [ended('unknown', { code: 'sent-round', nodes: passed }, trip)];
  const memory = { ...memoryOf(view, trip), ...(attached === null ? {} : { attached }) };
  const outcomes = outcomesAt(view, packet, trip, memory);
  return throughOutcomes(outcomes, view.name, (outcome) => past(at, outcome, trip, journey));
}

/** What follows one outcome of a packet at a node. */
function past(at: At, outcome: Outcome, before: Trip, journey: Journey): readonly Way[] {
  const { view, packet, direction } = at;
  const leg: Leg = { view, direction, packet, outcome };
  const trip: Trip = {
    legs: [...before.legs, leg],
    opened: remembered(at, outcome, before, journey.client),
    balanced: rememberedByIpvs(at, outcome, before, journey.client),
  };
  switch (outcome.verdict) {
    case 'drop':
      return [ended('times-out', { code: 'lost', leg }, trip)];
    case 'reject':
      // Of an answer it is the server that is told.
      return direction === 'request'
        ? refused(leg, trip, journey)
        : [ended('times-out', { code: 'lost', leg }, trip)];
    case 'queue':
    case 'unknown':
      return [ended('unknown', { code: 'not-followed', leg }, trip)];
    case 'accept':
      break;
  }
  const delivery = deliveryOf(view, outcome, journey.neighbours);
  if (delivery.kind === 'nobody') return [ended('times-out', { code: 'dead-end', leg }, trip)];
  if (delivery.kind === 'node') return toNode(delivery, at, leg, trip, journey);
  return direction === 'request'
    ? arrived(delivery, at, leg, trip, journey)
    : returned(delivery, at, leg, trip, journey);
}

function toNode(
  delivery: Extract<Delivery, { kind: 'node' }>,
  at: At,
  leg: Leg,
  trip: Trip,
  journey: Journey,
): readonly Way[] {
  const { client, neighbours } = journey;
  const next = neighbours.viewOf(delivery.name);
  if (next === 'not-captured' || next === 'not-read') {
    const unseen = { code: `node-${next}`, node: delivery.name, leg } as const;
    return at.direction === 'request' ? unseenBy(unseen, trip, journey) : [ended('unknown', unseen, trip)];
  }
  const { end } = leg.outcome;
  const device = arrivalDevice(at.view, delivery, end.destination, next);
  if (isDown(next, device))
    return [ended('times-out', { code: 'device-down', leg, node: next.name, device: device ?? '' }, trip)];
  const lost = lostInTunnel(at.view, delivery.device, next, device, at.direction, neighbours);
  if (lost !== null) {
    const legs = [...trip.legs, lost];
    return [
      ended('times-out', { code: 'tunnel-lost', leg: lost, device: delivery.device }, { ...trip, legs }),
    ];
  }
  const packet = arrivingPacket(end, client, device, at.packet);
  return through({ view: next, packet, direction: at.direction }, trip, journey);
}

/** The request goes to somebody whose node was not captured. */
function unseenBy(reason: ConnectionReason, trip: Trip, journey: Journey): readonly Way[] {
  return answeredUnseen(reason, trip, journey, (view, packet) =>
    through({ view, packet, direction: 'answer' }, trip, journey),
  );
}

/** The node answers that it refuses the request. A reset is followed back to the client, an ICMP error out of the node. */
function refused(leg: Leg, trip: Trip, journey: Journey): readonly Way[] {
  if (isUnheard(leg.outcome)) return [ended('times-out', { code: 'refusal-unheard', leg }, trip)];
  const way = ended('refused', { code: 'refused', leg }, trip);
  const { rejectWith } = leg.outcome;
  return rejectWith === null || isOwnCall(leg.outcome)
    ? [way]
    : refusedWith(rejectWith, way, leg, trip, journey);
}

/** @param way where the client hears of it */
function refusedWith(rejectWith: string, way: Way, leg: Leg, trip: Trip, journey: Journey): readonly Way[] {
  const { view } = leg;
  const { end } = leg.outcome;
  const refusal = refusalOf(view, end, rejectWith, journey.client);
  if (refusal === null) return [way];
  const { attached } = refusal;
  return byMark(refusalMarks(view, end), leg, trip, (mark) => {
    const packet = { ...refusal.packet, ...mark };
    const back =
      packet.icmp === null
        ? through({ view, packet, direction: 'answer' }, trip, journey, attached)
        : outOfNode(packet, attached, way, view, trip);
    return unlessLost(way, back);
  });
}

/** An ICMP error is followed no further: it is taken to reach who is refused. */
function outOfNode(
  packet: Packet,
  attached: Connection | null,
  refusal: Way,
  view: NodeView,
  trip: Trip,
): readonly Way[] {
  const options = { ...memoryOf(view, trip), ...(attached === null ? {} : { attached }) };
  return throughOutcomes(outcomesAt(view, packet, trip, options), view.name, (outcome) => {
    if (!isStopped(outcome)) return [refusal];
    const leg: Leg = { view, direction: 'answer', packet, outcome };
    return [ended('times-out', { code: 'lost', leg }, { ...trip, legs: [...trip.legs, leg] })];
  });
}

/** The request is where somebody may answer it. */
function arrived(
  delivery: Exclude<Delivery, { kind: 'node' | 'nobody' }>,
  { view }: At,
  leg: Leg,
  trip: Trip,
  journey: Journey,
): readonly Way[] {
  const { end, exit } = leg.outcome;
  const { destination: address, destinationPort: port } = end;
  const place = { node: view.name, address, port };
  switch (delivery.kind) {
    case 'unknown':
      return [ended('unknown', { code: 'way-unknown', leg, to: address }, trip)];
    case 'outside': {
      const silent = manyOutside(view, end);
      if (silent !== null) return [ended(silent.sees, silent.reason, trip)];
      const { nextHop, astray = false } = delivery;
      return unseenBy({ code: 'leaves-cluster', leg, to: address, nextHop, astray }, trip, journey);
    }
    case 'process':
    case 'workload':
      break;
  }
  const inPod = delivery.kind === 'workload';
  const listening = listeningAt(view, delivery, end);
  if (inPod && end.source.address !== null && sameAddress(end.source.address, address)) {
    if (!sameAddress(address, journey.client.asked.address))
      return [ended('times-out', { code: 'own-packet', at: place, leg }, trip)];
    // A pod that asks itself by its own address does not ask the node.
    if (listening === 'yes') return [ended('works', null, trip)];
    return [ended('unknown', { code: 'listening-unknown', at: place, inPod }, trip)];
  }
  const silent = silentAt(view, !inPod, listening, end);
  if (silent !== null) return [ended(silent.sees, silent.reason, trip)];
  const notOwn = inPod ? null : notAnswered(view, listening, end);
  if (notOwn !== null) {
    const sees = notOwn === 'echo' || notOwn === 'refusal' ? 'times-out' : 'unknown';
    return [ended(sees, { code: 'address-not-own', at: place, because: notOwn }, trip)];
  }
  switch (listening) {
    case 'nobody':
      return [ended('times-out', { code: 'nobody-there', at: place }, trip)];
    case 'no':
    case 'unknown':
    case 'yes':
      break;
  }
  const from =
    inPod && exit?.kind === 'interface'
      ? ({ entersAt: 'PREROUTING', inInterface: exit.name } as const)
      : ({ entersAt: 'OUTPUT', inInterface: null } as const);
  return answered({ view, end, place, listening, inPod, from, leg }, trip, journey.client, {
    walk: (packet) => through({ view, packet, direction: 'answer' }, trip, journey),
    refuse: (refusal, error) => refusedWith(error, refusal, leg, trip, journey),
  });
}

/** The answer is where the client may be. */
function returned(
  delivery: Exclude<Delivery, { kind: 'node' | 'nobody' }>,
  { view }: At,
  leg: Leg,
  trip: Trip,
  { client }: Journey,
): readonly Way[] {
  const { destination, destinationPort, source, sourcePort } = leg.outcome.end;
  if (delivery.kind === 'unknown')
    return [ended('unknown', { code: 'way-unknown', leg, to: destination }, trip)];
  if (delivery.kind === 'outside' && delivery.astray === true) {
    const { nextHop } = delivery;
    return [ended('unknown', { code: 'leaves-cluster', leg, to: destination, nextHop, astray: true }, trip)];
  }
  const atClient = sameAddress(destination, client.address) && destinationPort === client.port;
  const isProcess = delivery.kind === 'process';
  if (!atClient || isProcess !== (client.processOf !== null) || (isProcess && client.processOf !== view))
    return [
      ended(
        'times-out',
        {
          code: 'answer-astray',
          leg,
          to: destination,
          by: sourceWriter(trip.legs, 'request', destination),
        },
        trip,
      ),
    ];
  const { asked } = client;
  const from = source.address;
  if (from !== null && sameAddress(from, asked.address) && sourcePort === asked.port)
    return [carriedOn(trip, client)];
  const reason: ConnectionReason = {
    code: 'wrong-source',
    from: { node: view.name, address: from ?? asked.address, port: sourcePort },
    asked: { node: null, ...asked },
    leg,
    by: from === null ? null : sourceWriter(trip.legs, 'answer', from),
  };
  return [ended('wrong-source', reason, trip)];
}
