import type { Branch } from './branch.ts';
import { Budget } from './budget.ts';
import type { TraceContext } from './context.ts';
import { isNext, type Next, next } from './passage.ts';
import type { Program } from './program.ts';
import { Questions } from './questions.ts';
import { knownOrder, ordersOf } from './registration-order.ts';
import { StepBook } from './steps.ts';

/** Steps and conditions after which a program that is tried is no longer taken for one that leaves the packet alone. */
const TRIED_ENTRIES = 10_000;

/**
 * Runs the programs that stand at one priority. Who of them is asked first is a question only where it can matter to this
 * packet: between those that do something with it, or do once another of them has.
 */
export function runTied<F extends { readonly kind: string }>(
  start: Branch,
  group: readonly Program<Next | F>[],
  context: TraceContext,
): readonly (Next | F)[] {
  const [first] = group;
  if (first !== undefined && group.length === 1) return first.run(start, context);
  const whole = knownOrder(start, group, context);
  if (whole !== null) return inTurn(start, whole, context);
  const acting = group.filter(({ acts }) => acts);
  if (acting.length < 2) return inTurn(start, group, context);
  const known = knownOrder(start, acting, context);
  return known === null
    ? inOrdersThatMatter(start, group, context)
    : inTurn(start, reordered(group, known), context);
}

function inTurn<F extends { readonly kind: string }>(
  start: Branch,
  programs: readonly Program<Next | F>[],
  context: TraceContext,
): readonly (Next | F)[] {
  let passages: readonly (Next | F)[] = [next(start)];
  for (const program of programs)
    passages = passages.flatMap((passage): readonly (Next | F)[] =>
      isNext(passage) ? program.run(passage.branch, context) : [passage],
    );
  return passages;
}

/** @returns the group with those that act in this order, and the others where they stood. */
function reordered<F extends { readonly kind: string }>(
  group: readonly Program<F>[],
  order: readonly Program<F>[],
): Program<F>[] {
  let at = 0;
  return group.map((program) => (program.acts ? (order[at++] ?? program) : program));
}

/**
 * Who leaves the packet alone in whatever order the others meet it may be asked anywhere. It is asked last, so that no
 * step is told that another order would not pass.
 */
function inOrdersThatMatter<F extends { readonly kind: string }>(
  start: Branch,
  group: readonly Program<Next | F>[],
  context: TraceContext,
): readonly (Next | F)[] {
  let busy = group.filter((program) => program.acts && !leavesAlone(program, start, context));
  for (;;) {
    const idle = group.filter((program) => !busy.includes(program));
    const moved = new Set<Program<Next | F>>();
    const passages = ordersOf(start, busy, context).flatMap(({ branch, order }) => {
      let ways: readonly (Next | F)[] = [next(branch)];
      for (const [at, program] of [...order, ...idle].entries()) {
        ways = ways.flatMap((way): readonly (Next | F)[] => {
          if (!isNext(way)) return [way];
          const after = program.run(way.branch, context);
          if (at >= order.length && program.acts && !isUntouched(after, way.branch)) moved.add(program);
          return after;
        });
        if (at < order.length - 1) for (const one of movedBetween(ways, idle, context)) moved.add(one);
      }
      return ways;
    });
    if (moved.size === 0) return passages;
    busy = group.filter((program) => busy.includes(program) || moved.has(program));
  }
}

/** @returns those that would not leave the packet alone, asked between two that act. */
function movedBetween<F extends { readonly kind: string }>(
  ways: readonly (Next | F)[],
  idle: readonly Program<Next | F>[],
  context: TraceContext,
): Program<Next | F>[] {
  return idle.filter(
    (program) =>
      program.acts && ways.some((way) => isNext(way) && !leavesAlone(program, way.branch, context)),
  );
}

/** Tries a program on a packet. Nothing of it comes to light, but an observer hears all that the answer rests on. */
function leavesAlone<F extends { readonly kind: string }>(
  program: Program<Next | F>,
  branch: Branch,
  context: TraceContext,
): boolean {
  const trial: TraceContext = {
    ...context,
    twins: null,
    steps: new StepBook(),
    budget: new Budget(TRIED_ENTRIES),
    questions: new Questions(),
    assumptions: new Map(),
  };
  return isUntouched(program.run(branch, trial), branch);
}

/** True where a program did nothing but be passed: the packet, its share and what it rests on are the same. */
function isUntouched<F extends { readonly kind: string }>(
  passages: readonly (Next | F)[],
  before: Branch,
): boolean {
  const [only] = passages;
  if (only === undefined || passages.length > 1 || !isNext(only)) return false;
  const { state, given, probability, turns } = only.branch;
  return (
    state === before.state &&
    given === before.given &&
    probability === before.probability &&
    turns === before.turns
  );
}
