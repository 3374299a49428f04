import { formatAddress } from '../../net/address.ts';
import type { TwinWay } from '../../trace/folded-trace.ts';
import type { Outcome } from '../../trace/outcome.ts';
import type { Connected } from '../connection/connect.ts';
import type { Known } from '../question/question.ts';
import type { OutcomeItem } from '../trace-list.ts';
import { turnText } from '../words/reason-words.ts';
import { isOfTwins } from './of-twins.ts';
import type { RemarkContext } from './remarks/context.ts';
import { unevenShares } from './remarks/uneven-shares.ts';

/** @returns true where only the node tells about endpoints: the API, and sockets, tell each apart. */
export function areToldByNode({ cluster, cilium = null, sockets = null }: Known): boolean {
  const { services, endpoints, pods, nodes, seen = null } = cluster;
  return [services, endpoints, pods, nodes, seen, cilium, sockets].every((one) => one === null);
}

/** Tells ways to endpoints that fare as another does. */
export class TwinItems {
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
