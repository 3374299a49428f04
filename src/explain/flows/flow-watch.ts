import type { FlowEvent } from '../../conntrack/flow-events.ts';
import { keyOfFlow } from '../../conntrack/flow-key.ts';
import { sameAddress } from '../../net/address.ts';
import type { FlowItem, FlowProblem } from '../flow-list.ts';
import type { Known } from '../question/question.ts';
import { Namer } from '../trace/namer.ts';
import { describeFlow } from './flow-item.ts';
import { FlowJoin } from './flow-join.ts';
import {
  type FlowFilter,
  type FlowQuestion,
  hasProblem,
  hasState,
  isAtSpot,
  readFlowQuestion,
} from './flow-question.ts';

/** An event of a flow that was asked for, joined to names. */
export interface WatchedFlow {
  readonly kind: FlowEvent['kind'];
  /** When it was told, in seconds since 1970; null where the event does not say. */
  readonly at: number | null;
  readonly flow: FlowItem;
  /** What is wrong with a flow that has not ended: not what is only worth knowing. */
  readonly problems: readonly FlowProblem[];
}

/** Flows whose end is told though an end has no state. */
const MOST_TOLD = 100_000;

/** What was looked up of addresses is forgotten after so many events: a watch may go on for weeks. */
const EVENTS_OF_A_JOIN = 50_000;

/** Joins events of flows to what is known, one by one. */
export class FlowWatch {
  /** What `--svc` means in words; null: all flows. */
  readonly title: string | null;
  readonly #known: Known;
  #join: FlowJoin;
  #joined = 0;
  readonly #filter: FlowFilter;
  readonly #told: Set<string>;

  /**
   * @param before an earlier watch for the same question, whose flows go on
   * @throws QuestionError where the question names nothing that is known
   */
  constructor(question: FlowQuestion, known: Known, before: FlowWatch | null = null) {
    this.#known = known;
    this.#join = new FlowJoin(known, new Namer(known));
    this.#filter = readFlowQuestion(question, known, this.#join.services);
    this.title = this.#filter.title;
    this.#told = before === null ? new Set() : before.#told;
  }

  /** @returns the event joined to names; null where it was not asked for. */
  join({ kind, at, flow }: FlowEvent): WatchedFlow | null {
    if (++this.#joined % EVENTS_OF_A_JOIN === 0)
      this.#join = new FlowJoin(this.#known, new Namer(this.#known));
    const { place, clients, endpoints, state, problem } = this.#filter;
    const { original, reply, protocol } = flow;
    if (place !== null) {
      const asked = this.#join.place(protocol, original.destination, original.destinationPort);
      if (!place(asked)) return null;
    }
    if (clients !== null && !clients.some((client) => sameAddress(client, original.source))) return null;
    if (endpoints !== null && !isAtSpot(endpoints, reply.source, reply.sourcePort)) return null;
    const item = describeFlow(flow, this.#join);
    const key = keyOfFlow(flow);
    const narrow = state !== null || problem !== null;
    const hits =
      (state === null || hasState(flow, state)) &&
      (problem === null || hasProblem(item.problems, item.stale, problem));
    // An end tells neither state nor problem: that of a flow that was told is told.
    if (narrow && !hits && !(kind === 'destroy' && this.#told.has(key))) return null;
    if (kind === 'destroy') this.#told.delete(key);
    else if (narrow && this.#told.size < MOST_TOLD) this.#told.add(key);
    const problems = item.problems.filter(
      ({ severity, code }) => severity !== 'info' || (item.stale && code !== 'unreplied'),
    );
    return { kind, at, flow: item, problems: kind === 'destroy' ? [] : problems };
  }
}
