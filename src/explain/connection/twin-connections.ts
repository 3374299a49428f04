import type { ConnectionReason, Leg, Way } from '../../connection/connection.ts';
import { type Address, parseAddress, sameAddress } from '../../net/address.ts';
import type { Outcome } from '../../trace/outcome.ts';
import { isOfTwins } from '../trace/of-twins.ts';
import type { OutcomeItem } from '../trace-list.ts';
import type { ConnectionWay } from './connection-item.ts';
import { connectionNote } from './connection-reasons.ts';

/** A way of a connection as it is told, and what that was made of. */
export interface FollowedWay {
  readonly told: ConnectionWay;
  /** The part of the outcome's share; `reason` where that is told. Null where the connection was not followed. */
  readonly way: (Pick<Way, 'legs' | 'reason'> & { readonly part: number }) | null;
}

/** The connection that an outcome begins, as it is told of ways to other endpoints that go alike. */
export class TwinConnection {
  readonly #outcome: Outcome;
  readonly #ways: readonly FollowedWay[];
  #isOfEach: boolean | null = null;

  constructor(outcome: Outcome, ways: readonly FollowedWay[]) {
    this.#outcome = outcome;
    this.#ways = ways;
  }

  /** @returns the ways of the connection of such a way; null where what is told names the endpoint of this one. */
  waysAs(item: Omit<OutcomeItem, 'connection'>): readonly FollowedWay[] | null {
    const address = parseAddress(item.destination.address);
    if (address === null) return null;
    const ways = this.#ways.map((way) => this.#wayAs(way, item, address));
    this.#isOfEach ??= ways.every(({ told: { reason } }) => isOfTwins([reason], this.#outcome));
    return this.#isOfEach ? ways : null;
  }

  #wayAs(
    { told, way }: FollowedWay,
    { probability, path }: Omit<OutcomeItem, 'connection'>,
    address: Address,
  ): FollowedWay {
    const own = (leg: Leg | undefined): boolean => leg === undefined || leg.outcome === this.#outcome;
    const legs = told.legs.map((leg, index) => (own(way?.legs[index]) ? { ...leg, path } : leg));
    const share = probability * (way?.part ?? 1);
    const reason = way?.reason == null ? told.reason : connectionNote(this.#reasonAs(way.reason, address));
    return { told: { ...told, share, reason, legs }, way };
  }

  #reasonAs(reason: ConnectionReason, address: Address): ConnectionReason {
    const { destination } = this.#outcome;
    const at = (named: Address): Address => (sameAddress(named, destination.address) ? address : named);
    let told = reason;
    if ('to' in told) told = { ...told, to: at(told.to) };
    if ('at' in told) told = { ...told, at: { ...told.at, address: at(told.at.address) } };
    return told;
  }
}
