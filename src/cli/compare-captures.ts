import { compareStates } from '../diff/compare-states.ts';
import type { Diff } from '../diff/document.ts';
import { isNamed } from '../diff/is-named.ts';
import { readSenders } from '../diff/read-senders.ts';
import { toldAll } from '../problems/told-problem.ts';
import type { Capture } from './capture.ts';
import { BUDGET, BUDGET_OF_NODES } from './diff-budget.ts';
import { knownOf } from './known.ts';
import type { Progress } from './progress.ts';
import type { DiffRequest } from './requests.ts';
import { UsageError } from './usage-error.ts';

/** Compares two states of a node. Throws UsageError where the question names nothing known. */
export async function compareCaptures(
  before: Capture,
  after: Capture,
  { from, service, budget, strict }: DiffRequest,
  progress: Progress,
): Promise<Diff> {
  const known = [knownOf(before, await before.cluster()), knownOf(after, await after.cluster())] as const;
  progress.begin('comparing');
  const senders = readSenders(from, known);
  if (senders === 'unknown')
    throw new UsageError(
      'question',
      `--from ${from} is none of pod:NAMESPACE/NAME (of a pod in either capture), node, an address or a network`,
    );
  if (service !== null && !known.some((side) => isNamed(side, service)))
    throw new UsageError(
      'question',
      `--svc ${service.namespace}/${service.name}: neither state has a Service of this name, in its API objects or in comments of rules`,
    );
  const [node, other] = [before.info.node, after.info.node];
  const twoNodes = node !== null && other !== null && node !== other;
  const { onlyFamily, ...comparison } = compareStates(...known, {
    ...{ service, senders, strict, twoNodes },
    budget: budget ?? (twoNodes ? BUDGET_OF_NODES : BUDGET),
  });
  const only = {
    service: service === null ? null : `${service.namespace}/${service.name}`,
    from,
    family: onlyFamily,
  };
  // As properties are read in this order, problems come last: reading for the answer may still find some.
  return { ...headOf(before, after), twoNodes, only, ...comparison };
}

/** Ask last: reading for the answer may still find problems. */
function headOf(
  before: Capture,
  after: Capture,
): Pick<Diff, 'apiVersion' | 'kind' | 'capture' | 'before' | 'problems'> {
  return {
    apiVersion: 'kp-explain/v1',
    kind: 'Diff',
    capture: after.info,
    before: before.info,
    get problems() {
      return toldAll([...before.problems.list(), ...after.problems.list()]);
    },
  };
}
