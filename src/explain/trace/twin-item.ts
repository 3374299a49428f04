import { formatAddress } from '../../net/address.ts';
import type { TwinWay } from '../../trace/folded-trace.ts';
import type { Outcome, Step } from '../../trace/outcome.ts';
import type { TwinConnection } from '../connection/twin-connections.ts';
import type { OutcomeItem } from '../trace-list.ts';
import { turnText } from '../words/reason-words.ts';
import type { Namer } from './namer.ts';

/** An outcome as it is told of others that fare alike. */
export interface LikeOfTwins {
  readonly item: OutcomeItem;
  readonly outcome: Outcome;
  /** Null where it begins none. */
  readonly connection: TwinConnection | null;
  /** The step that names the endpoint that was followed; null where none does. */
  readonly naming: Step | null;
  readonly namer: Namer;
}

/**
 * A way that goes as an outcome does, as the contract prints it. What is told of 5,000 endpoints is made when somebody reads it, and a
 * screen reads little of it.
 */
export class TwinItem implements OutcomeItem {
  readonly given: OutcomeItem['given'];
  readonly #way: TwinWay;
  readonly #of: LikeOfTwins;
  #destination: OutcomeItem['destination'] | null = null;
  #path: OutcomeItem['path'] | null = null;
  #turns: OutcomeItem['turns'] | null = null;

  constructor(way: TwinWay, of: LikeOfTwins, given: OutcomeItem['given']) {
    this.#way = way;
    this.#of = of;
    this.given = given;
  }

  /** The outcome that fares as this one does. */
  get like(): OutcomeItem {
    return this.#of.item;
  }

  /** What clients see of its connection, each way with its share of all; null where it begins none. */
  get ends(): ReturnType<TwinConnection['endsAs']> | null {
    return this.#of.connection?.endsAs(this.probability) ?? null;
  }

  get probability(): OutcomeItem['probability'] {
    return this.#way.probability;
  }

  get service(): OutcomeItem['service'] {
    return this.like.service;
  }

  get verdict(): OutcomeItem['verdict'] {
    return this.like.verdict;
  }

  get decidedBy(): OutcomeItem['decidedBy'] {
    const { item, outcome } = this.#of;
    return outcome.decidedBy === null ? item.decidedBy : this.#way.ownStep(outcome.decidedBy).id;
  }

  get reason(): OutcomeItem['reason'] {
    return this.like.reason;
  }

  get rejectWith(): OutcomeItem['rejectWith'] {
    return this.like.rejectWith;
  }

  get destination(): OutcomeItem['destination'] {
    if (this.#destination === null) {
      const { address, port } = this.#way.destination;
      this.#destination = { address: formatAddress(address), port };
    }
    return this.#destination;
  }

  get source(): OutcomeItem['source'] {
    return this.like.source;
  }

  get direction(): OutcomeItem['direction'] {
    return this.like.direction;
  }

  get exit(): OutcomeItem['exit'] {
    return this.like.exit;
  }

  get endpoint(): OutcomeItem['endpoint'] {
    const { outcome, naming, namer } = this.#of;
    if (outcome.verdict !== 'accept') return null;
    const { address, port } = this.destination;
    return namer.endpointBehind(naming === null ? null : this.#way.ownStep(naming), address, port);
  }

  get path(): OutcomeItem['path'] {
    this.#path ??= this.#way.path.map(({ step }) => step.id);
    return this.#path;
  }

  get connection(): OutcomeItem['connection'] {
    const { probability, destination } = this.#way;
    const twin = { probability, destination: destination.address, path: this.path };
    return this.#of.connection?.connectionAs(twin) ?? null;
  }

  get turns(): OutcomeItem['turns'] {
    this.#turns ??= this.#way.turns().map(({ after, kind, fact }) => ({ after, kind, text: turnText(fact) }));
    return this.#turns;
  }

  get remarks(): OutcomeItem['remarks'] {
    return this.like.remarks;
  }

  toJSON(): OutcomeItem {
    return plainOutcome(this);
  }
}

/** @returns an outcome with all its fields, as it is printed and copied: spreading a {@link TwinItem} loses what it makes late. */
export function plainOutcome(outcome: OutcomeItem): OutcomeItem {
  if (!(outcome instanceof TwinItem)) return outcome;
  const { probability, given, service, verdict, decidedBy, reason, rejectWith, destination, source } =
    outcome;
  const { direction, exit, endpoint, path, connection, turns, remarks } = outcome;
  // In the order of the contract.
  return {
    probability,
    given,
    service,
    verdict,
    decidedBy,
    reason,
    rejectWith,
    destination,
    source,
    direction,
    exit,
    endpoint,
    path,
    connection,
    turns,
    remarks,
  };
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
