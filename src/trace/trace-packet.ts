import type { Flow } from '../conntrack/flow.ts';
import type { BalancedFlow } from '../ipvs/model.ts';
import { legacyAssumed } from './beside-rules.ts';
import { type Branch, type Ending, entriesOf, listed } from './branch.ts';
import { explore, type Run, runOnce } from './explore.ts';
import { listGiven } from './given.ts';
import { initialState } from './initial-state.ts';
import type { Observer } from './observer.ts';
import type { Outcome, PathEntry, Step, Trace } from './outcome.ts';
import type { Packet } from './packet.ts';
import type { ProgramSource } from './program.ts';
import { programsOf } from './programs.ts';
import { flat } from './question.ts';
import type { Assumption } from './reason.ts';
import type { Connection, Written } from './state.ts';
import { StepBook } from './steps.ts';
import { travel } from './travel.ts';
import { TwinBook } from './twin-jumps.ts';
import { unfolded } from './twin-ways.ts';
import type { World } from './world.ts';

/**
 * Follows one packet through the node, as the kernel would take it, and every way it could take where the capture
 * cannot tell. Pure: nothing of its input changes.
 */
export function tracePacket(packet: Packet, world: World, options: TraceOptions = {}): Trace {
  return toldWays(packet, followPacket(packet, world, options));
}

/** @returns the ways of a packet written out: an outcome for each ending, in their order. */
export function toldWays(packet: Packet, { endings, steps, assumptions }: Ways): Trace {
  return numbered({ packet, steps, outcomes: endings.map(outcomeOf), assumptions });
}

/** What a caller may add to a trace. */
export interface TraceOptions {
  /** Is told every question that the walk asks of the packet. */
  readonly observer?: Observer;
  /** The kinds of programs that are looked for in the world: all, unless given. */
  readonly sources?: readonly ProgramSource[];
  /**
   * Entries that packets of the connection asked about left here before this one, which no capture holds; they are asked
   * before the captured ones.
   */
  readonly opened?: readonly Flow[];
  /**
   * False where only the ways matter: then a question that comes up after chance has split them is not asked first, which takes
   * a run for each answer, and shares do not add up.
   */
  readonly shares?: false;
  /** The same of IPVS. */
  readonly balanced?: readonly BalancedFlow[];
  /** What rules wrote into sets and lists for earlier packets of the connection here, since the capture. Absent: nothing. */
  readonly written?: Written;
  /** The connection that the packet sets out with: one that the kernel made as an answer to another (nf_ct_attach). Absent: none. */
  readonly attached?: Connection;
}

/** What {@link followPacket} may be told besides. */
export interface FollowOptions extends TraceOptions {
  /** Whether ways of twins are left folded (see `traceFolded`). Absent: they are told as all others. */
  readonly folded?: boolean;
}

/** Every way a packet can go, as the walk leaves it: ways share their past. */
export interface Ways {
  readonly endings: readonly Ending[];
  readonly steps: readonly Step[];
  readonly assumptions: readonly Assumption[];
}

/** What {@link tracePacket} tells, before each way's path and conditions are written out; cheap where only ends matter. */
export function followPacket(packet: Packet, world: World, options: FollowOptions = {}): Ways {
  // An observer is told every question of every way.
  const twins = world.twins == null || options.observer !== undefined ? null : new TwinBook(world.twins);
  const ways = twins === null ? null : follow(packet, world, options, twins);
  if (ways === null) return follow(packet, world, options, null) ?? NO_WAYS;
  return options.folded === true ? ways : { ...ways, endings: ways.endings.map(unfolded) };
}

const NO_WAYS: Ways = { endings: [], steps: [], assumptions: [] };

/** @returns null where ways to twins were left out that have to be followed. */
function follow(
  packet: Packet,
  world: World,
  { observer, sources, opened = [], shares, balanced = [], written, attached }: FollowOptions,
  twins: TwinBook | null,
): Ways | null {
  const steps = new StepBook();
  const assumptions = new Map<string, Assumption>();
  for (const assumption of legacyAssumed(packet.family, world)) assumptions.set(flat(assumption), assumption);
  const programs = programsOf(world, sources);
  const { registrants } = programs;
  const state = { ...initialState(packet), ...written, connection: attached ?? null };
  const start: Branch = { state, probability: 1, path: null, given: null, turns: null, twins: null };
  const run: Run = (from, questions, budget) =>
    travel(from, programs, {
      packet,
      world,
      registrants,
      steps,
      budget,
      questions,
      assumptions,
      opened,
      balanced,
      twins,
      ...(observer === undefined ? {} : { observer }),
    });
  const endings = shares === false ? runOnce(run, start) : explore(run, start);
  const ways = { endings, steps: steps.list(), assumptions: [...assumptions.values()] };
  return twins === null || twins.speaksFor(ways.assumptions) ? ways : null;
}

/** Keeps only the steps that an outcome passed: a run that was taken back may have left others. Numbers them anew. */
function numbered(trace: Trace): Trace {
  const isUsed = trace.steps.map(() => false);
  for (const outcome of trace.outcomes) for (const { step } of outcome.path) isUsed[step.id] = true;
  if (!isUsed.includes(false)) return trace;
  const steps: Step[] = [];
  const renumbered = trace.steps.map((step): Step => {
    if (isUsed[step.id] !== true) return step;
    const next = step.id === steps.length ? step : { ...step, id: steps.length };
    steps.push(next);
    return next;
  });
  const again = (step: Step): Step => renumbered[step.id] ?? step;
  const entries = new Map<PathEntry, PathEntry>();
  const entryAgain = (entry: PathEntry): PathEntry => {
    const step = again(entry.step);
    if (step === entry.step) return entry;
    const known = entries.get(entry) ?? { ...entry, step };
    entries.set(entry, known);
    return known;
  };
  return {
    ...trace,
    steps,
    outcomes: trace.outcomes.map((outcome) => ({
      ...outcome,
      decidedBy: outcome.decidedBy === null ? null : again(outcome.decidedBy),
      path: outcome.path.map(entryAgain),
    })),
  };
}

/** @returns an ending written out. */
export function outcomeOf(ending: Ending): Outcome {
  const { branch } = ending;
  const { state } = branch;
  const path = entriesOf(branch.path);
  return {
    probability: branch.probability,
    given: listGiven(branch.given),
    verdict: ending.verdict,
    decidedBy: ending.reason === null ? (path.at(-1)?.step ?? null) : null,
    reason: ending.reason,
    rejectWith: ending.rejectWith,
    destination: { address: state.destination, port: state.destinationPort },
    source: { sender: state.source, port: state.sourcePort, rewrite: state.sourceRewrite },
    exit: ending.exit,
    end: state,
    path,
    turns: listed(branch.turns).map(({ turn }) => turn),
  };
}
