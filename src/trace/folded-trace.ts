import { type Ending, entriesOf, type Folded, listed, type PathNode } from './branch.ts';
import { listGiven } from './given.ts';
import type { Outcome, Passing, Step, Trace, Turn } from './outcome.ts';
import type { Packet } from './packet.ts';
import { followPacket, outcomeOf, toldWays } from './trace-packet.ts';
import { destinationOf, stepAs, turnsOf, twinEntries, unfolded } from './twin-ways.ts';
import type { World } from './world.ts';

/** A trace in which ways to endpoints that are twins stay folded: one of them is followed. */
export interface FoldedTrace extends Trace {
  /** Every way, in order: the index of an outcome, or a twin of one. */
  readonly ways: readonly (number | TwinWay)[];
}

/** A way that differs from an outcome in its endpoint, and in how that was chosen. */
export interface TwinWay extends Passing, Pick<Outcome, 'probability' | 'given' | 'destination'> {
  /** The index of that outcome. */
  readonly of: number;
  /** What it passes until it jumps to its endpoint's chain, that jump with it. */
  readonly until: Passing['path'];
  /** @returns the step that it passes for one that its twin passed since it jumped: in its own chain that chain's, else the same. */
  ownStep(of: Step): Step;
  /** @returns all turns between the rules. */
  turns(): readonly Turn[];
  /** @returns the way written out. */
  unfold(): Outcome;
}

/** @returns what `tracePacket` does, with twins folded. */
export function traceFolded(packet: Packet, world: World): FoldedTrace {
  const { endings, steps, assumptions } = followPacket(packet, world, { folded: true });
  // Steps are numbered anew: seldom, and then of all ways.
  if (!areAllPassed(steps, endings))
    return withoutTwins(toldWays(packet, { endings: endings.map(unfolded), steps, assumptions }));
  const numbers = new Map<Ending, number>();
  const outcomes: Outcome[] = [];
  const ways = endings.map((ending): number | TwinWay => {
    const { folded } = ending;
    const of = folded === undefined ? undefined : numbers.get(folded.of);
    if (folded !== undefined && of !== undefined) return new FoldedWay(ending, folded, of);
    numbers.set(ending, outcomes.length);
    return outcomes.push(outcomeOf(unfolded(ending))) - 1;
  });
  return { packet, steps, outcomes, assumptions, ways };
}

/** @returns a trace of which every way was followed. */
export function withoutTwins(trace: Trace): FoldedTrace {
  return { ...trace, ways: [...trace.outcomes.keys()] };
}

/** @returns false where no way passes some of the steps. Ways share their past, which is read once. */
function areAllPassed(steps: readonly Step[], endings: readonly Ending[]): boolean {
  const all = new Set(endings);
  const read = new Set<PathNode>();
  const isPassed = new Uint8Array(steps.length);
  // As a rule the last one jumped from the same chain.
  let last: PathNode | null = null;
  for (const { branch, folded } of endings) {
    const { path } = branch;
    if (path !== null) isPassed[path.entry.step.id] = 1;
    // Others go on from what is behind the newest one.
    for (
      let node = path?.before ?? null;
      node !== null && node !== last && !read.has(node);
      node = node.before
    ) {
      isPassed[node.entry.step.id] = 1;
      read.add(node);
    }
    last = path?.before ?? null;
    if (folded === undefined) continue;
    for (const own of folded.jump.steps) isPassed[own.id] = 1;
    // What it shares with its twin is read there.
    if (!all.has(folded.of)) for (const { step } of twinEntries(folded)) isPassed[step.id] = 1;
  }
  return !isPassed.includes(0);
}

/** Tells of a way what is asked: the text of 5,000 endpoints asks for no path. */
class FoldedWay implements TwinWay {
  readonly of: number;
  readonly #ending: Ending;
  readonly #folded: Folded;

  constructor(ending: Ending, folded: Folded, of: number) {
    this.of = of;
    this.#ending = ending;
    this.#folded = folded;
  }

  get probability(): number {
    return this.#ending.branch.probability;
  }

  get given(): Outcome['given'] {
    return listGiven(this.#ending.branch.given);
  }

  get destination(): Outcome['destination'] {
    const { destinationPort } = this.#folded.of.branch.state;
    return { address: destinationOf(this.#folded), port: destinationPort };
  }

  get until(): Passing['path'] {
    return entriesOf(this.#ending.branch.path);
  }

  get path(): Passing['path'] {
    return [...this.until, ...twinEntries(this.#folded)];
  }

  ownStep(of: Step): Step {
    return stepAs(of, this.#folded);
  }

  turns(): readonly Turn[] {
    return listed(turnsOf(this.#ending.branch, this.#folded)).map(({ turn }) => turn);
  }

  unfold(): Outcome {
    return outcomeOf(unfolded(this.#ending));
  }
}
