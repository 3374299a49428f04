import { type Ending, listed } from './branch.ts';
import { listGiven } from './given.ts';
import type { Outcome, Step, Trace, Turn } from './outcome.ts';
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
export interface TwinWay extends Pick<Outcome, 'probability' | 'given' | 'destination'> {
  /** The index of that outcome. */
  readonly of: number;
  /** What it passes, as many steps as the outcome does. */
  readonly path: readonly { readonly step: Step }[];
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
  for (const ending of endings)
    if (ending.folded === undefined) numbers.set(ending, outcomes.push(outcomeOf(ending)) - 1);
  const ways = endings.map((ending): number | TwinWay => {
    const of = numbers.get(ending.folded?.of ?? ending) ?? 0;
    return ending.folded === undefined ? of : twinOf(ending, of);
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

function twinOf(ending: Ending, of: number): TwinWay {
  const { branch, folded } = ending;
  return {
    of,
    probability: branch.probability,
    given: listGiven(branch.given),
    destination: {
      address: destinationOf(ending),
      port: (folded?.of.branch ?? branch).state.destinationPort,
    },
    path: pathOf(ending),
    turns: () => listed(turnsOf(ending)).map(({ turn }) => turn),
    unfold: () => outcomeOf(unfolded(ending)),
  };
}
