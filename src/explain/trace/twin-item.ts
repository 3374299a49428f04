import type { TwinWay } from '../../trace/folded-trace.ts';
import type { TwinConnection } from '../connection/twin-connections.ts';
import type { OutcomeItem } from '../trace-list.ts';
import { turnText } from '../words/reason-words.ts';

/** What a way has of its own. */
export type OwnOfTwin = Pick<OutcomeItem, 'given' | 'decidedBy' | 'destination' | 'endpoint'>;

/**
 * A way that goes as an outcome does, as the contract prints it. What no screen reads of 5,000 endpoints is made when it is asked for:
 * a third of the time and of the memory that they take as text.
 */
export class TwinItem implements OutcomeItem {
  readonly probability: OutcomeItem['probability'];
  readonly given: OutcomeItem['given'];
  readonly service: OutcomeItem['service'];
  readonly verdict: OutcomeItem['verdict'];
  readonly decidedBy: OutcomeItem['decidedBy'];
  readonly reason: OutcomeItem['reason'];
  readonly rejectWith: OutcomeItem['rejectWith'];
  readonly destination: OutcomeItem['destination'];
  readonly source: OutcomeItem['source'];
  readonly direction: OutcomeItem['direction'];
  readonly exit: OutcomeItem['exit'];
  readonly endpoint: OutcomeItem['endpoint'];
  readonly remarks: OutcomeItem['remarks'];
  readonly #like: OutcomeItem;
  readonly #way: TwinWay;
  readonly #connection: TwinConnection | null;
  #path: OutcomeItem['path'] | null = null;
  #turns: OutcomeItem['turns'] | null = null;

  /**
   * @param like what is told of the outcome, which holds for its twins
   * @param connection of that outcome; null where it begins none
   */
  constructor(like: OutcomeItem, way: TwinWay, own: OwnOfTwin, connection: TwinConnection | null) {
    this.#like = like;
    this.#way = way;
    this.#connection = connection;
    this.probability = way.probability;
    this.given = own.given;
    this.service = like.service;
    this.verdict = like.verdict;
    this.decidedBy = own.decidedBy;
    this.reason = like.reason;
    this.rejectWith = like.rejectWith;
    this.destination = own.destination;
    this.source = like.source;
    this.direction = like.direction;
    this.exit = like.exit;
    this.endpoint = own.endpoint;
    this.remarks = like.remarks;
  }

  /** The outcome that fares as this one does. */
  get like(): OutcomeItem {
    return this.#like;
  }

  /** What clients see of its connection, each way with its share of all; null where it begins none. */
  get ends(): ReturnType<TwinConnection['endsAs']> | null {
    return this.#connection?.endsAs(this.probability) ?? null;
  }

  get path(): OutcomeItem['path'] {
    this.#path ??= this.#way.path.map(({ step }) => step.id);
    return this.#path;
  }

  get connection(): OutcomeItem['connection'] {
    const { probability, destination } = this.#way;
    const twin = { probability, destination: destination.address, path: this.path };
    return this.#connection?.connectionAs(twin) ?? null;
  }

  get turns(): OutcomeItem['turns'] {
    this.#turns ??= this.#way.turns().map(({ after, kind, fact }) => ({ after, kind, text: turnText(fact) }));
    return this.#turns;
  }

  toJSON(): OutcomeItem {
    return plainOutcome(this);
  }
}

/** @returns an outcome with all its fields, as it is printed and copied: spreading a {@link TwinItem} loses what it makes late. */
export function plainOutcome(outcome: OutcomeItem): OutcomeItem {
  if (!(outcome instanceof TwinItem)) return outcome;
  const { path, connection, turns } = outcome;
  // Its own fields alone, in the order of the contract.
  const { remarks, ...rest } = { ...outcome };
  return { ...rest, path, connection, turns, remarks };
}

/** @returns the outcome that fares as this one does; itself where it is not told as another. */
export function likeOf(outcome: OutcomeItem): OutcomeItem {
  return outcome instanceof TwinItem ? outcome.like : outcome;
}

/** @returns what clients see of an outcome's connection, each way with its share of all; null where it begins none. */
export function endsOfConnection(outcome: OutcomeItem): ReturnType<TwinConnection['endsAs']> | null {
  if (outcome instanceof TwinItem) return outcome.ends;
  const { connection } = outcome;
  return connection === null ? null : [connection, ...connection.others];
}
