import { isWildcard } from '../host/parse-sockets.ts';
import { TCP } from '../net/protocol.ts';
import { type Packet, senderOf } from '../trace/packet.ts';
import { type ReplyMark, UNMARKED } from '../trace/reply-mark.ts';
import type { PacketState } from '../trace/state.ts';
import { unsent } from '../trace/unsent-answers.ts';
import { answerMarks, byMark, refusalMarks } from './answer-mark.ts';
import { answerPacket } from './answer-packet.ts';
import { leavesByOther, otherSources } from './answer-source.ts';
import { agree } from './cases.ts';
import type { Client } from './client.ts';
import type { Leg, Place, Way } from './connection.ts';
import { type Listening, listenerOf } from './listening.ts';
import type { NodeView } from './node-view.ts';
import { CLOSED_PORT, RST_ACK, unlessLost } from './refusal.ts';
import { ended, type Trip } from './trip.ts';

/** A request that is where somebody may answer it. */
interface Arrived {
  readonly view: NodeView;
  readonly end: PacketState;
  readonly leg: Leg;
  readonly place: Place;
  readonly listening: Listening;
  readonly inPod: boolean;
  /** Where the answer meets the node of who answers. */
  readonly from: Parameters<typeof answerPacket>[2];
}

/** Walks an answer through the node of who answers, and on. */
type Walk = (packet: Packet) => readonly Way[];

/** Follows what tells the client that nobody listens. @param refusal the way where the client hears of it */
type Refuse = (refusal: Way, error: string) => readonly Way[];

/** @returns the ways that a connection can go whose request has arrived: it is answered, or refused by the kernel there. */
export function answered(
  arrived: Arrived,
  trip: Trip,
  client: Client,
  { walk, refuse }: { readonly walk: Walk; readonly refuse: Refuse },
): readonly Way[] {
  const { view, end, leg, place, listening, inPod, from } = arrived;
  const refused = ended('refused', { code: 'not-listening', at: place, inPod }, trip);
  const packet = answerPacket(end, client, from);
  if (packet === null && listening === 'no') return [refused];
  if (packet === null) return [ended('unknown', { code: 'not-followed', leg }, trip)];
  if (listening === 'no' && end.protocol !== TCP) {
    const lost = unsent(end, false, view.host);
    if (lost === 'no-route') return [ended('times-out', { code: 'refusal-lost', at: place }, trip)];
    if (lost === null) return refuse(refused, CLOSED_PORT[end.family]);
    const { sysctl } = refusalMarks(view, end);
    return [ended('unknown', { code: 'mark-unknown', leg, sysctl }, trip)];
  }
  // The kernel's RST goes the way of an answer; where that is lost, nobody hears of it.
  const marked = (mark: ReplyMark): readonly Way[] =>
    listening === 'no'
      ? unlessLost(refused, walk({ ...packet, ...mark, header: { tcpFlags: RST_ACK } }))
      : accepted(arrived, { ...packet, ...mark }, trip, walk);
  return inPod ? marked(UNMARKED) : byMark(answerMarks(view, listening, end), leg, trip, marked);
}

function accepted(arrived: Arrived, packet: Packet, trip: Trip, walk: Walk): readonly Way[] {
  const { listening, place, inPod } = arrived;
  const ways = inPod ? walk(packet) : byProcess(arrived, packet, trip, walk);
  if (listening === 'yes') return ways;
  const reason = { code: 'listening-unknown', at: place, inPod } as const;
  return ways.map((way) => (way.sees === 'works' ? { ...way, sees: 'unknown', reason } : way));
}

/** A process of the node answers from the address that it was asked at, or from another; by the device that its socket is bound to. */
function byProcess({ view, end, place }: Arrived, packet: Packet, trip: Trip, walk: Walk): readonly Way[] {
  const socket = listenerOf(view, end)?.socket ?? null;
  const to = packet.destination;
  const device = socket?.device ?? null;
  if (device !== null && leavesByOther(view, end, device, to))
    return [ended('unknown', { code: 'answer-by-device', at: place, device, to }, trip)];
  const ways = walk(packet);
  for (const from of otherSources(view, end, socket, to)) {
    const others = walk({ ...packet, source: senderOf(from) });
    if (agree(ways, others)) continue;
    const listed = socket !== null && isWildcard(socket, end.family);
    const legs = others.find(({ sees }) => sees !== 'works')?.legs ?? trip.legs;
    return [ended('unknown', { code: 'answer-source', at: place, from, listed }, { ...trip, legs })];
  }
  return ways;
}
