import type { FoldedTrace, TwinWay } from '../../trace/folded-trace.ts';
import type { Outcome } from '../../trace/outcome.ts';
import { type Connected, connect, type SenderKnown } from '../connection/connect.ts';
import type { ConnectionShares } from '../connection/connection-item.ts';
import type { NodesOnTheWay } from '../connection/peers.ts';
import { sharesOfConnections } from '../connection/shares.ts';
import type { TracedNode } from '../connection/traced-node.ts';
import type { ServiceRef } from '../explanation.ts';
import type { Known } from '../question/question.ts';
import type { OutcomeItem, StepItem } from '../trace-list.ts';
import { outsideIptables } from './mode-notes.ts';
import { namingStep } from './namer.ts';
import { isOfTwins } from './of-twins.ts';
import { describeOutcome } from './outcome-items.ts';
import type { RemarkContext } from './remarks/context.ts';
import { unevenShares } from './remarks/uneven-shares.ts';
import { describeSteps } from './step-items.ts';
import { type LikeOfTwins, TwinItem } from './twin-item.ts';

/** @returns true where only the node tells about endpoints: the API, and sockets, tell each apart. */
export function areToldByNode({ cluster, cilium = null, sockets = null }: Known): boolean {
  const { services, endpoints, pods, nodes, seen = null } = cluster;
  return [services, endpoints, pods, nodes, seen, cilium, sockets].every((one) => one === null);
}

/** The ways of a trace as the contract prints them. */
export interface ToldWays {
  readonly outcomes: readonly OutcomeItem[];
  /** Those that were followed, as the trace has them; the others are told as one of these. */
  readonly followed: readonly OutcomeItem[];
  /** @returns what some way passes, or its connection. */
  readonly steps: () => readonly StepItem[];
  /** @returns the chains of these. */
  readonly chains: () => ReadonlySet<string>;
  /** Null where the packet neither begins a connection nor is one from its client. */
  readonly connection: ConnectionShares | null;
}

/**
 * Puts names to the ways of a trace, and follows the connection that each begins.
 * @param services of each outcome of the trace
 */
export function tellWays(
  trace: FoldedTrace,
  services: readonly (ServiceRef | null)[],
  context: RemarkContext,
  node: TracedNode,
  nodes: NodesOnTheWay,
  sender: SenderKnown,
): ToldWays {
  const { conditions, known, namer, rulesets } = context;
  // Questions are numbered in the order of the ways.
  for (const way of trace.ways)
    conditions.list(typeof way === 'number' ? (trace.outcomes[way]?.given ?? []) : way.given);
  const describe = (
    outcomes: readonly Outcome[],
    each: readonly (ServiceRef | null)[],
  ): readonly OutcomeItem[] =>
    outsideIptables(
      outcomes.map((outcome, index) => describeOutcome(outcome, each[index] ?? null, context)),
      { ...context, trace: { ...trace, outcomes } },
    );
  const described = {
    outcomes: describe(trace.outcomes, services),
    steps: () => describeSteps(trace, rulesets, known.nft, namer),
  };
  const connected = connect(node, trace, described, nodes, sender);
  const teller = new WayTeller(connected, context, (outcome, of) =>
    describe([outcome], [services[of] ?? null]),
  );
  const outcomes = trace.ways.map((way) => teller.itemOf(way));
  return {
    outcomes,
    followed: connected.outcomes,
    steps: () => connected.steps.list(),
    chains: () => connected.steps.chains(),
    connection: connected.beginsConnection ? sharesOfConnections(outcomes) : null,
  };
}

/** Tells ways: of those that fare as another does what that one is told as, with their own endpoint. */
class WayTeller {
  readonly #connected: Connected;
  readonly #context: RemarkContext;
  readonly #describe: (outcome: Outcome, of: number) => readonly OutcomeItem[];
  /** By the index of an outcome. */
  readonly #shared = new Map<number, LikeOfTwins | null>();

  /** @param describe tells an outcome by itself, whose Service is that of another one */
  constructor(
    connected: Connected,
    context: RemarkContext,
    describe: (outcome: Outcome, of: number) => readonly OutcomeItem[],
  ) {
    this.#connected = connected;
    this.#context = context;
    this.#describe = describe;
  }

  /** @returns a way of the trace as the contract prints it. */
  itemOf(way: number | TwinWay): OutcomeItem {
    const index = typeof way === 'number' ? way : way.of;
    const item = this.#connected.outcomes[index];
    if (item === undefined) throw new RangeError(`the trace has no outcome ${index}`);
    if (typeof way === 'number') return item;
    const told = this.#itemAs(item, way);
    if (told !== null) return told;
    const outcome = way.unfold();
    const [described = item] = this.#describe(outcome, index);
    return this.#connected.follow(described, outcome);
  }

  #itemAs(item: OutcomeItem, way: TwinWay): OutcomeItem | null {
    const outcome = this.#context.trace.outcomes[way.of];
    const shared = outcome === undefined ? null : this.#sharedBy(item, outcome, way);
    if (shared === null) return null;
    if (unevenShares({ path: way.until }, this.#context).length > 0) return null;
    return new TwinItem(way, shared, this.#context.conditions.list(way.given));
  }

  /**
   * @param way that goes as the outcome
   * @returns what such ways share with it; null where what is told of it names its endpoint
   */
  #sharedBy(item: OutcomeItem, outcome: Outcome, way: TwinWay): LikeOfTwins | null {
    const known = this.#shared.get(way.of);
    if (known !== undefined) return known;
    const { namer } = this.#context;
    const connection = this.#connected.forTwins(way.of, way.destination.address);
    const isShared =
      isOfTwins([...item.remarks, item.reason], outcome) &&
      unevenShares(outcome, this.#context).length === 0 &&
      (item.connection === null || connection !== null);
    const shared = isShared ? { item, outcome, connection, naming: namingStep(outcome), namer } : null;
    this.#shared.set(way.of, shared);
    return shared;
  }
}
