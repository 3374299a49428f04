import { ALL_NODES } from './imagined-node.ts';
import type { LiveTarget } from './live-state.ts';
import { recordRun, type Step } from './recorder.ts';

/** A step, and in how many runs it was met. */
interface MetStep extends Step {
  readonly runs: number;
}

/** @returns what reading the target may ask for, in order; `only` is null where every node is asked. Nothing is run. */
export async function plannedSteps(target: LiveTarget): Promise<readonly Step[]> {
  let plan: readonly MetStep[] = [];
  for (const imagined of ALL_NODES) plan = merged(plan, await recordRun(target, imagined));
  return plan.map(({ runs, ...step }) => (runs < ALL_NODES.length ? step : { ...step, only: null }));
}

/** @returns one order that holds both. What the run alone asks comes right after what both asked before. */
function merged(plan: readonly MetStep[], run: readonly Step[]): MetStep[] {
  const both: MetStep[] = [];
  let own: MetStep[] = [];
  let from = 0;
  for (const step of run) {
    const at = plan.findIndex(({ key }, index) => index >= from && key === step.key);
    const met = plan[at];
    if (met === undefined) {
      own.push({ ...step, runs: 1 });
      continue;
    }
    both.push(...own, ...plan.slice(from, at), { ...met, runs: met.runs + 1 });
    own = [];
    from = at + 1;
  }
  return [...both, ...own, ...plan.slice(from)];
}
