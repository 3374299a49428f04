import { type Ending, type Folded, listed } from './branch.ts';
import { listGiven } from './given.ts';
import type { Outcome, Passing, Trace, Turn } from './outcome.ts';
import type { Packet } from './packet.ts';
import { followPacket, outcomeOf, toldWays } from './trace-packet.ts';
import { destinationOf, pathOf, turnsOf, unfolded } from './twin-ways.ts';
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
  /** @returns all turns between the rules. */
  turns(): readonly Turn[];
  /** @returns the way written out. */
  unfold(): Outcome;
}

/** @returns what `tracePacket` does, with twins folded. */
export function traceFolded(packet: Packet, world: World): FoldedTrace {
  const { endings, steps, assumptions } = followPacket(packet, world, { folded: true });
  const numbers = new Map<Ending, number>();
  const outcomes: Outcome[] = [];
  const ways = endings.map((ending): number | TwinWay => {
    const { folded } = ending;
    const of = folded === undefined ? undefined : numbers.get(folded.of);
    if (folded !== undefined && of !== undefined) return twinOf(ending, folded, of);
    numbers.set(ending, outcomes.length);
    return outcomes.push(outcomeOf(unfolded(ending))) - 1;
  });
  const isUsed = steps.map(() => false);
  for (const { path } of [...outcomes, ...ways.filter((way) => typeof way !== 'number')])
    for (const { step } of path) isUsed[step.id] = true;
  if (!isUsed.includes(false)) return { packet, steps, outcomes, assumptions, ways };
  // Steps are numbered anew: seldom, and then of all ways.
  return withoutTwins(toldWays(packet, { endings: endings.map(unfolded), steps, assumptions }));
}

/** @returns a trace of which every way was followed. */
export function withoutTwins(trace: Trace): FoldedTrace {
  return { ...trace, ways: [...trace.outcomes.keys()] };
}

function twinOf(ending: Ending, folded: Folded, of: number): TwinWay {
  const { branch } = ending;
  return {
    of,
    probability: branch.probability,
    given: listGiven(branch.given),
    destination: {
      address: destinationOf(folded),
      port: folded.of.branch.state.destinationPort,
    },
    path: pathOf(branch, folded),
    turns: () => listed(turnsOf(branch, folded)).map(({ turn }) => turn),
    unfold: () => outcomeOf(unfolded(ending)),
  };
}
