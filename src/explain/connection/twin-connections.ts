import type { ConnectionReason, Leg, Way } from '../../connection/connection.ts';
import { type Address, sameAddress } from '../../net/address.ts';
import type { Outcome } from '../../trace/outcome.ts';
import { isOfTwins } from '../trace/twin-outcomes.ts';
import { connectionNote } from './connection-reasons.ts';

/** Connections that were followed, by the outcome of their first packet, for the outcomes that are told alike. */
export class TwinConnections {
  readonly #ways = new Map<Outcome, readonly Way[]>();
  /** Whether their ways can be told of a twin. */
  readonly #areShared = new Map<Outcome, boolean>();

  /** Notes how the connection of an outcome goes. */
  add(outcome: Outcome, ways: readonly Way[]): void {
    this.#ways.set(outcome, ways);
  }

  /** @returns the ways of a twin's connection, with this outcome in its place; null where they tell more of the twin than that. */
  waysAs(twin: Outcome, outcome: Outcome): readonly Way[] | null {
    const followed = this.#ways.get(twin);
    if (followed === undefined) return null;
    const ways = followed.map((way) => wayAs(way, twin, outcome));
    const isShared = this.#areShared.get(twin) ?? ways.every(({ reason }) => isOfEach(reason, twin));
    this.#areShared.set(twin, isShared);
    return isShared ? ways : null;
  }
}

function isOfEach(reason: ConnectionReason | null, twin: Outcome): boolean {
  if (reason === null) return true;
  const { text, settle } = connectionNote(reason);
  return isOfTwins(`${text} ${settle ?? ''}`, twin);
}

function wayAs(way: Way, twin: Outcome, outcome: Outcome): Way {
  const legAs = (leg: Leg): Leg => (leg.outcome === twin ? { ...leg, outcome } : leg);
  const reason = way.reason === null ? null : reasonAs(way.reason, twin, outcome, legAs);
  return { ...way, reason, legs: way.legs.map(legAs) };
}

function reasonAs(
  reason: ConnectionReason,
  twin: Outcome,
  outcome: Outcome,
  legAs: (leg: Leg) => Leg,
): ConnectionReason {
  const addressAs = (address: Address): Address =>
    sameAddress(address, twin.destination.address) ? outcome.destination.address : address;
  let told = reason;
  if ('leg' in told) told = { ...told, leg: legAs(told.leg) };
  if ('to' in told) told = { ...told, to: addressAs(told.to) };
  if ('at' in told) told = { ...told, at: { ...told.at, address: addressAs(told.at.address) } };
  return told;
}
