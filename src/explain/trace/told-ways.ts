import { formatAddress } from '../../net/address.ts';
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
import { turnText } from '../words/reason-words.ts';
import { outsideIptables } from './mode-notes.ts';
import { isOfTwins } from './of-twins.ts';
import { describeOutcome } from './outcome-items.ts';
import type { RemarkContext } from './remarks/context.ts';
import { unevenShares } from './remarks/uneven-shares.ts';
import { describeSteps } from './step-items.ts';

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
  readonly steps: readonly StepItem[];
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
  const steps = describeSteps(trace, rulesets, known.nft, namer);
  const connected = connect(
    node,
    trace,
    { outcomes: describe(trace.outcomes, services), steps },
    nodes,
    sender,
  );
  const twins = new TwinItems(connected, context, (outcome, of) =>
    describe([outcome], [services[of] ?? null]),
  );
  const outcomes = trace.ways.map((way) => twins.itemOf(way));
  return {
    outcomes,
    followed: connected.outcomes,
    steps: connected.steps(),
    connection: connected.beginsConnection ? sharesOfConnections(outcomes) : null,
  };
}

/** Tells ways to endpoints that fare as another does. */
class TwinItems {
  readonly #connected: Connected;
  readonly #context: RemarkContext;
  readonly #describe: (outcome: Outcome, of: number) => readonly OutcomeItem[];
  /** By the index of an outcome whether what is told of it holds for its twins. */
  readonly #areShared = new Map<number, boolean>();

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
    if (outcome === undefined || !this.#isShared(item, outcome, way)) return null;
    if (unevenShares(way, this.#context).length > 0) return null;
    const { conditions, namer } = this.#context;
    const { probability, destination, path } = way;
    const ids = path.map(({ step }) => step.id);
    const told = {
      ...item,
      probability,
      given: conditions.list(way.given),
      decidedBy: outcome.path.at(-1)?.step.id === item.decidedBy ? (ids.at(-1) ?? null) : item.decidedBy,
      destination: { address: formatAddress(destination.address), port: destination.port },
      endpoint: namer.endpointOf({ verdict: outcome.verdict, destination, path }),
      path: ids,
      turns: way.turns().map(({ after, kind, fact }) => ({ after, kind, text: turnText(fact) })),
    };
    if (item.connection === null) return told;
    const connection = this.#connected.asOf(way.of, told);
    return connection === null ? null : { ...told, connection };
  }

  #isShared({ remarks, reason }: OutcomeItem, outcome: Outcome, { of }: TwinWay): boolean {
    const known = this.#areShared.get(of);
    if (known !== undefined) return known;
    const isShared =
      isOfTwins([...remarks, reason], outcome) && unevenShares(outcome, this.#context).length === 0;
    this.#areShared.set(of, isShared);
    return isShared;
  }
}
