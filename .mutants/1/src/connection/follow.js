import { interfaceSwitch } from '../host/sysctl.js';
import { sameAddress } from '../net/address.js';
import { TCP } from '../net/protocol.js';
import { isOnLink } from '../trace/bridge.js';
import { openedFlow } from '../trace/opened-flow.js';
import { senderOf } from '../trace/packet.js';
import { tracePacket } from '../trace/trace-packet.js';
import { answerPacket, arrivingPacket } from './answer-packet.js';
import { throughOutcomes } from './cases.js';
import { arrivalDevice, deliveryOf } from './delivery.js';
import { listeningAt } from './listening.js';
/** A packet passes this many nodes before the rest of its way is given up. */
const MAX_NODES = 8;
/**
 * Follows a connection whose first packet was traced through a node: on to the nodes behind it, to who answers, and the
 * answer back to the client, as the kernels on the way would take it.
 * @param view the node, with the packet and one of its outcomes there
 * @returns the ways it can go from there; their shares add up to 1
 */
export function followConnection(view, packet, outcome, client, neighbours) {
    const start = { legs: [], opened: new Map() };
    return past({ view, packet, direction: 'request' }, outcome, start, { client, neighbours });
}
/** A packet that comes to a further node, or the answer to its first. */
function through(at, trip, journey) {
    const { view, packet } = at;
    const passed = trip.legs.filter(({ direction }) => direction === at.direction).length;
    if (passed >= MAX_NODES)
        return [ended('unknown', { code: 'sent-round', nodes: passed }, trip)];
    const opened = trip.opened.get(view) ?? [];
    const { outcomes } = tracePacket(packet, view.world(packet.family), { opened });
    return throughOutcomes(outcomes, view.name, (outcome) => past(at, outcome, trip, journey));
}
/** What follows one outcome of a packet at a node. */
function past(at, outcome, before, journey) {
    const { view, packet, direction } = at;
    const leg = { view, direction, enters: packet.inInterface, outcome };
    const trip = { legs: [...before.legs, leg], opened: remembered(at, outcome, before, journey) };
    switch (outcome.verdict) {
        case 'drop':
            return [ended('times-out', { code: 'lost', leg }, trip)];
        case 'reject':
            // Of an answer it is the server that is told.
            return direction === 'request'
                ? [ended('refused', { code: 'refused', leg }, trip)]
                : [ended('times-out', { code: 'lost', leg }, trip)];
        case 'queue':
        case 'unknown':
            return [ended('unknown', { code: 'not-followed', leg }, trip)];
        case 'accept':
            break;
    }
    const delivery = deliveryOf(view, outcome, journey.neighbours);
    if (delivery.kind === 'nobody')
        return [ended('times-out', { code: 'dead-end', leg }, trip)];
    if (delivery.kind === 'node')
        return toNode(delivery, at, leg, trip, journey);
    return direction === 'request'
        ? arrived(delivery, at, leg, trip, journey)
        : returned(delivery, at, leg, trip, journey);
}
/** The entries that conntrack has on each node, once this packet has passed this one. */
function remembered({ view, packet }, { end, verdict }, { opened }, { client }) {
    const isNew = end.connection?.direction === 'ORIGINAL';
    const flow = verdict === 'accept' && isNew ? openedFlow(end, packet, client.address) : null;
    if (flow === null)
        return opened;
    return new Map(opened).set(view, [flow, ...(opened.get(view) ?? [])]);
}
function toNode(delivery, at, leg, trip, journey) {
    const { client, neighbours } = journey;
    const next = neighbours.viewOf(delivery.name);
    if (next === 'not-captured' || next === 'not-read')
        return [ended('unknown', { code: `node-${next}`, node: delivery.name, leg }, trip)];
    const { end } = leg.outcome;
    const device = arrivalDevice(at.view, delivery, end.destination, next);
    const packet = arrivingPacket(end, client, device, at.packet);
    return through({ view: next, packet, direction: at.direction }, trip, journey);
}
/** The request is where somebody may answer it. */
function arrived(delivery, { view }, leg, trip, journey) {
    const { end, exit } = leg.outcome;
    const { destination: address, destinationPort: port } = end;
    const place = { node: view.name, address, port };
    switch (delivery.kind) {
        case 'unknown':
            return [ended('unknown', { code: 'way-unknown', leg, to: address }, trip)];
        case 'outside':
            return [
                ended('unknown', { code: 'leaves-cluster', leg, to: address, nextHop: delivery.nextHop }, trip),
            ];
        case 'process':
        case 'workload':
            break;
    }
    const inPod = delivery.kind === 'workload';
    const listening = listeningAt(view, delivery, end);
    if (inPod && end.source.address !== null && sameAddress(end.source.address, address)) {
        if (!sameAddress(address, journey.client.asked.address))
            return [ended('times-out', { code: 'own-packet', at: place }, trip)];
        // A pod that asks itself by its own address does not ask the node.
        if (listening === 'yes')
            return [ended('works', null, trip)];
        return [ended('unknown', { code: 'listening-unknown', at: place, inPod }, trip)];
    }
    switch (listening) {
        case 'no':
            return [ended('refused', { code: 'not-listening', at: place, inPod }, trip)];
        case 'nobody':
            return [ended('times-out', { code: 'nobody-there', at: place }, trip)];
        case 'unknown':
        case 'yes':
            break;
    }
    const from = inPod && exit?.kind === 'interface'
        ? { entersAt: 'PREROUTING', inInterface: exit.name }
        : { entersAt: 'OUTPUT', inInterface: null };
    const packet = answerPacket(end, journey.client, from);
    if (packet === null)
        return [ended('unknown', { code: 'not-followed', leg }, trip)];
    const ways = through({ view, packet, direction: 'answer' }, trip, journey);
    if (listening === 'yes')
        return ways;
    const reason = { code: 'listening-unknown', at: place, inPod };
    return ways.map((way) => (way.sees === 'works' ? { ...way, sees: 'unknown', reason } : way));
}
/** The answer is where the client may be. */
function returned(delivery, { view }, leg, trip, { client }) {
    const { destination, destinationPort, source, sourcePort } = leg.outcome.end;
    const astray = { code: 'answer-astray', leg, to: destination };
    if (delivery.kind === 'unknown')
        return [ended('unknown', { code: 'way-unknown', leg, to: destination }, trip)];
    const atClient = sameAddress(destination, client.address) && destinationPort === client.port;
    const isProcess = delivery.kind === 'process';
    if (!atClient || isProcess !== (client.processOf !== null) || (isProcess && client.processOf !== view))
        return [ended('times-out', astray, trip)];
    const { asked } = client;
    const from = source.address;
    if (from !== null && sameAddress(from, asked.address) && sourcePort === asked.port)
        return [carriedOn(trip, client)];
    const reason = {
        code: 'wrong-source',
        from: { node: view.name, address: from ?? asked.address, port: sourcePort },
        asked: { node: null, ...asked },
        leg,
    };
    return [ended('wrong-source', reason, trip)];
}
/**
 * The client has its answer, and sends on. A node that let the request pass and did not see the answer takes the ACK of a
 * SYN that nobody answered for INVALID (tcp_conntracks, net/netfilter/nf_conntrack_proto_tcp.c).
 */
function carriedOn(trip, client) {
    const works = ended('works', null, trip);
    const skipped = trip.legs.filter(({ view, direction, outcome }) => direction === 'request' &&
        outcome.end.protocol === TCP &&
        outcome.end.connection !== null &&
        !isRedirected(view, outcome, client) &&
        !trip.legs.some((other) => other.direction === 'answer' && other.view === view));
    for (const leg of skipped) {
        const { view, outcome, enters } = leg;
        const first = outcome.end.connection;
        if (first === null)
            continue;
        const { family } = client.address;
        const packet = {
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
        if (lost === undefined)
            continue;
        const after = { view, direction: 'request', enters, outcome: lost };
        const legs = { ...trip, legs: [...trip.legs, after] };
        if (outcomes.every(({ verdict }) => verdict === 'drop' || verdict === 'reject'))
            return ended('times-out', { code: 'answer-skips', leg: after }, legs);
        const { given } = lost;
        const isOpen = lost.verdict !== 'unknown' && lost.verdict !== 'queue' && given.length > 0;
        return ended('unknown', isOpen ? { code: 'open-question', node: view.name, given } : { code: 'not-followed', leg: after }, legs);
    }
    return works;
}
const ACK = 0x10;
/**
 * A node that sends a packet back into the network it came from tells its sender of the shorter way, which hosts take from
 * then on (ip_forward and ip_rt_send_redirect, net/ipv4; ip6_forward): with send_redirects, the default, and IPv6 always.
 */
function isRedirected({ host }, { end, exit }, client) {
    const { inInterface, family } = end;
    if (exit?.kind !== 'interface' || exit.name !== (end.arrivedBy ?? inInterface))
        return false;
    if (!isOnLink(host, exit.name, client.address))
        return false;
    return family === 'ipv6' || interfaceSwitch(host, 'ipv4', 'send_redirects', exit.name, 'or') !== 0;
}
function ended(sees, reason, { legs }) {
    return { sees, share: 1, reason, legs };
}
