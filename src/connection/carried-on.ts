import { TCP } from '../net/protocol.ts';
import type { Client } from './client.ts';
import type { Way } from './connection.ts';
import { laterAnswers } from './later-answers.ts';
import { laterRequests } from './later-requests.ts';
import { ended, type Trip } from './trip.ts';

/** The client has its answer, and sends on. Of TCP that ends the handshake; rules may let that begin and not end. */
export function carriedOn(trip: Trip, client: Client): Way {
  const works = ended('works', null, trip);
  if (trip.legs[0]?.outcome.end.protocol !== TCP) return works;
  return laterAnswers(trip, client) ?? laterRequests(trip, client) ?? works;
}
