import type { ConnectionReason, Leg } from '../../connection/connection.ts';
import { type Address, sameAddress } from '../../net/address.ts';
import type { Outcome } from '../../trace/outcome.ts';
import type { Note } from '../explanation.ts';
import { isOfTwins } from '../trace/of-twins.ts';
import type { ConnectionItem, Sees } from './connection-item.ts';
import { connectionNote } from './connection-reasons.ts';
import { connectionOf, type FollowedWay, greatestFirst } from './followed-way.ts';

/** A way of the first packet that goes as an outcome does, to another endpoint. */
export interface TwinOfOutcome {
  readonly probability: number;
  /** That endpoint. */
  readonly destination: Address;
  /** The ids of the steps that it passes. */
  readonly path: readonly number[];
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

  /** @returns false where what is told of another endpoint, any of them, still names that of this outcome. */
  isOfEach(another: Address): boolean {
    this.#isOfEach ??= this.#ways.every((way) => isOfTwins([this.#reasonOf(way, another)], this.#outcome));
    return this.#isOfEach;
  }

  /** @returns what clients see of such a way with this share of all, each with its own share. */
  endsAs(probability: number): readonly { readonly sees: Sees; readonly share: number }[] {
    return this.#ways
      .map((way) => ({ sees: way.told.sees, share: shareOf(way, probability) }))
      .sort(greatestFirst);
  }

  /** @returns the connection of such a way. */
  connectionAs(twin: TwinOfOutcome): ConnectionItem {
    return connectionOf(
      twin,
      this.#ways.map((way) => this.#wayAs(way, twin)),
    );
  }

  #wayAs(followed: FollowedWay, { probability, destination, path }: TwinOfOutcome): FollowedWay {
    const { told, way } = followed;
    const own = (leg: Leg | undefined): boolean => leg === undefined || leg.outcome === this.#outcome;
    const legs = told.legs.map((leg, index) => (own(way?.legs[index]) ? { ...leg, path } : leg));
    const share = shareOf(followed, probability);
    return { told: { ...told, share, reason: this.#reasonOf(followed, destination), legs }, way };
  }

  #reasonOf({ told, way }: FollowedWay, address: Address): Note | null {
    return way?.reason == null ? told.reason : connectionNote(this.#reasonAs(way.reason, address));
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

function shareOf({ way }: FollowedWay, probability: number): number {
  return probability * (way?.part ?? 1);
}
