import { type FlowEvent, parseFlowEvent } from '../../conntrack/flow-events.ts';
import { FlowWatch, type WatchedFlow } from '../../explain/flows/flow-watch.ts';
import { QuestionError } from '../../explain/question/question.ts';
import { renderFlowEvent } from '../../render/flows/event-text.ts';
import type { TextOptions } from '../../render/text-options.ts';
import type { Capture } from '../capture.ts';
import type { Io } from '../io.ts';
import { knownOf } from '../known.ts';
import type { ConntrackRequest } from '../requests.ts';
import { clockTime } from './clock-time.ts';
import { EventLines } from './event-lines.ts';

/** Events that may wait while the rules are read anew; what comes then is passed over, and that is said. */
const MOST_WAITING = 100_000;

/** Between two readings of the rules. */
const PAUSE_MS = 2000;

/** Rules older than this are read once more with the next event, unless reading takes a good part of that time. */
const OLD_MS = 10_000;
const READINGS = 10;

/** How long it is believed of an endpoint that something is wrong with it, before the rules are read once more. */
const BELIEVED_MS = 30_000;

/** After so many events others get their turn: signals, too. */
const TURN = 200;

/**
 * Writes what comes and goes. The rules are read once more when they are old, and where something seems wrong with a flow, for
 * they may have changed since: nothing wrong is told of an event by rules that are older than it.
 */
export class FlowFollower {
  readonly #request: ConntrackRequest;
  readonly #io: Io;
  readonly #view: TextOptions;
  readonly #again: (() => Promise<Capture | null>) | null;
  readonly #lines = new EventLines();
  readonly #believed = new Map<string, number>();
  #watch: FlowWatch;
  #readAt: number;
  /** When the rules were last asked for, whether they came or not. */
  #triedAt: number;
  #readingMs = 0;
  #waiting: { readonly event: FlowEvent; readonly arrived: number }[] = [];
  #passedOver = 0;
  #draining: Promise<void> | null = null;
  readonly #failed = new AbortController();
  #line = 0;
  /** Events that were read, asked for or not. */
  events = 0;

  /**
   * @param again reads the node once more; null: it cannot be read again
   * @throws QuestionError where the question names nothing that is known
   */
  constructor(
    request: ConntrackRequest,
    first: { readonly watch: FlowWatch; readonly readAt: number },
    io: Io,
    view: TextOptions,
    again: (() => Promise<Capture | null>) | null,
  ) {
    this.#request = request;
    this.#io = io;
    this.#view = view;
    this.#again = again;
    this.#watch = first.watch;
    this.#readAt = first.readAt;
    this.#triedAt = first.readAt;
  }

  /** Takes in what conntrack printed. */
  take(piece: Buffer): void {
    const arrived = Date.now();
    for (const line of this.#lines.take(piece)) {
      this.#line++;
      const event = parseFlowEvent(line, 'conntrack -E', this.#line);
      if (event === null) continue;
      this.events++;
      if (this.#waiting.length < MOST_WAITING) this.#waiting.push({ event, arrived });
      else this.#passedOver++;
    }
    // What is done at once must not look as if it went on.
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = null;
    });
  }

  /** Aborted where an event could not be told; `finish` then throws why. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** Waits until all that was taken in is written. Throws what reading the node again throws, besides that it cannot be read. */
  async finish(): Promise<void> {
    while (this.#draining !== null) await this.#draining;
    this.failed.throwIfAborted();
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const turn = this.#waiting.splice(0, TURN);
        for (const { event, arrived } of turn) {
          if (this.#io.unread?.aborted === true) return;
          await this.#tell(event, arrived);
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (this.#passedOver > 0)
        this.#io.err(`events passed over, since they came too fast: ${this.#passedOver}\n`);
      this.#passedOver = 0;
    } catch (error) {
      this.#failed.abort(error);
    }
  }

  async #tell(event: FlowEvent, arrived: number): Promise<void> {
    let told = this.#watch.join(event);
    if (told === null) return;
    if (this.#isOld(arrived) || this.#isDoubtful(told, arrived)) {
      await this.#renew();
      told = this.#watch.join(event);
      if (told === null) return;
      if (told.problems.length > 0) this.#believed.set(keyOf(told), Date.now());
    }
    const older = this.#again !== null && this.#readAt < arrived;
    const asOf = older ? `by the rules of ${clockTime(this.#readAt)}` : null;
    const at = told.at === null ? arrived : told.at * 1000;
    this.#io.out(renderFlowEvent(told, clockTime(at), asOf, this.#view));
  }

  #isOld(arrived: number): boolean {
    return this.#again !== null && arrived - this.#triedAt > Math.max(OLD_MS, READINGS * this.#readingMs);
  }

  #isDoubtful(told: WatchedFlow, arrived: number): boolean {
    if (told.problems.length === 0 || this.#again === null || this.#readAt >= arrived) return false;
    return Date.now() - (this.#believed.get(keyOf(told)) ?? 0) > BELIEVED_MS;
  }

  async #renew(): Promise<void> {
    const pause = this.#triedAt + PAUSE_MS - Date.now();
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    const readAt = Date.now();
    this.#triedAt = readAt;
    const capture = (await this.#again?.()) ?? null;
    this.#readingMs = Date.now() - readAt;
    if (capture === null) return;
    try {
      this.#watch = new FlowWatch(this.#request, knownOf(capture, await capture.cluster()), this.#watch);
      this.#readAt = readAt;
    } catch (error) {
      // The Service that is asked for is gone: its flows are told by what was known of it.
      if (!(error instanceof QuestionError)) throw error;
    }
    if (this.#believed.size > MOST_WAITING) this.#believed.clear();
  }
}

/** What is believed: that something is wrong with the flows of one Service to one place. */
function keyOf({ flow, problems }: WatchedFlow): string {
  const { service, original, reply } = flow;
  const { address, port } = reply.source;
  const asked = `${original.destination.address} ${original.destination.port}`;
  return `${problems.map(({ code }) => code).join()} ${service?.name} ${asked} ${address} ${port}`;
}
