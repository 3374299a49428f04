import { TCP } from '../net/protocol.ts';
import { isStopped } from '../trace/outcome.ts';
import { UNMARKED } from '../trace/reply-mark.ts';
import { answerMarks } from './answer-mark.ts';
import { answerPacket } from './answer-packet.ts';
import type { Client } from './client.ts';
import type { Leg, Way } from './connection.ts';
import { outcomesAt } from './outcomes-at.ts';
import { ended, memoryOf, type Trip } from './trip.ts';

/**
 * Where IPVS keeps a connection from conntrack, the answer's first packet is INVALID, and the next one is NEW again: rules may
 * let the handshake pass and refuse what is said then. @returns null where they do not
 */
export function laterAnswers(trip: Trip, client: Client): Way | null {
  for (const { view, direction, outcome, packet: seen } of trip.legs) {
    const { protocol, balancedBy, connection } = outcome.end;
    if (direction !== 'answer' || protocol !== TCP || balancedBy === null || connection !== null) continue;
    const request = trip.legs.find((leg) => leg.direction === 'request' && leg.view === view);
    const from =
      seen.inInterface === null
        ? ({ entersAt: 'OUTPUT', inInterface: null } as const)
        : ({ entersAt: 'PREROUTING', inInterface: seen.inInterface } as const);
    const first = request === undefined ? null : answerPacket(request.outcome.end, client, from);
    if (request === undefined || first === null) continue;
    const marks =
      seen.inInterface === null ? answerMarks(view, 'yes', request.outcome.end).marks : [UNMARKED];
    const packets = marks.map((mark) => ({ ...first, ...mark, header: { tcpFlags: ACK } }));
    const [packet = first] = packets;
    const outcomes = packets.flatMap((each) => outcomesAt(view, each, trip, memoryOf(view, trip)));
    const lost = outcomes.find(({ verdict }) => verdict !== 'accept');
    if (lost === undefined) continue;
    const leg: Leg = { view, direction: 'answer', packet, outcome: lost };
    const legs = { ...trip, legs: [...trip.legs, leg] };
    if (outcomes.every(isStopped)) return ended('times-out', { code: 'lost', leg }, legs);
    return ended('unknown', { code: 'not-followed', leg }, legs);
  }
  return null;
}

const ACK = 0x10;
