import type { OutcomeItem, TraceItem } from '../explain/trace-list.ts';
import type { CheckContext } from '../findings/context.ts';
import type { Finding } from '../findings/finding.ts';
import { findAll } from '../findings/registry.ts';
import { reportFinding } from '../findings/reported-finding.ts';
import { behind, type Lacking, lackingOf } from './api-facts.ts';
import type { Cause } from './cause.ts';
import { explains } from './explained.ts';
import { causeOfOutcome, isRefusal } from './own-causes.ts';
import { seesOf } from './shares.ts';
import { compareTouching, nearness } from './touching.ts';
import type { Subject } from './ways.ts';

/** An outcome that is none that works, or may be none. */
interface Failing {
  readonly outcome: OutcomeItem;
  readonly item: TraceItem;
}

/**
 * Why a Service port does not work: one cause for each fault. Where a finding speaks of what the trace remarks, the finding is
 * told; what the API lacks explains kube-proxy's own refusals.
 * @param items what was traced
 * @param context of the same node, best with the Service as its focus
 * @returns the causes: errors first, then what explains an answer that does not come, then the rest; notes only where they
 *   name the Service
 */
export function findCauses(items: readonly TraceItem[], subject: Subject, context: CheckContext): Cause[] {
  const failing = items.flatMap((item) =>
    item.outcomes.filter((outcome) => seesOf(outcome) !== 'works').map((outcome) => ({ outcome, item })),
  );
  const { kubectl } = context.input;
  const lacking = lackingOf(subject, behind(subject, context.known.cluster), context.node.name, kubectl);
  const isRefusedBy = (one: Lacking, { outcome, item }: Failing) =>
    one.covers(item) && isRefusal(outcome, item);
  const touching = findAll(context)
    .flatMap((finding) => {
      const near = nearness(finding, subject);
      if (near === null) return [];
      const isWhy = failing.some((each) => says(finding, each, lacking));
      return finding.severity === 'info' && near === 'node' && !isWhy
        ? []
        : [{ finding, near, explains: isWhy }];
    })
    .sort(compareTouching);
  const found = touching.map(({ finding, explains: isWhy }) => ({
    ...reportFinding(finding, kubectl),
    explains: isWhy,
  }));
  const untold = failing.filter((each) => !touching.some(({ finding }) => says(finding, each, lacking)));
  const inApi = lacking.filter((one) =>
    one.cause.severity === 'error' ? failing.length > 0 : untold.some((each) => isRefusedBy(one, each)),
  );
  const own = untold
    .filter((each) => !inApi.some((one) => isRefusedBy(one, each)))
    .sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)))
    .map(({ outcome, item }) => causeOfOutcome(outcome, item));
  const first = found.filter((cause) => cause.explains || cause.severity === 'error');
  const seen = distinct(own);
  return [
    ...first,
    ...inApi.map(({ cause }) => cause),
    ...seen.filter((cause) => !isMissing(cause)),
    ...found.filter((cause) => !first.includes(cause)),
    ...seen.filter(isMissing),
  ];
}

/** What is only not in the capture is no fault: those that are known come before it. */
function isMissing({ code }: Cause): boolean {
  return code === 'listening-unknown';
}

/** What nobody knows is told before what it may come to. */
function isOpen({ outcome }: Failing): boolean {
  return outcome.verdict === 'unknown';
}

/** What is by design has a finding too, which quotes no rule where older kube-proxies drop by a mark. */
function says(finding: Finding, { outcome, item }: Failing, lacking: readonly Lacking[]): boolean {
  if (explains(finding, outcome, item)) return true;
  const isPolicy = finding.code === 'KP104' || finding.code === 'KP105';
  return (
    isPolicy &&
    isRefusal(outcome, item) &&
    lacking.some(({ cause, covers }) => cause.severity === 'info' && covers(item))
  );
}

/** The same fault, seen from several places, is one cause. */
function distinct(causes: readonly (Cause | null)[]): Cause[] {
  const told = new Map<string, Cause>();
  for (const cause of causes) {
    if (cause === null) continue;
    const key = `${cause.code} ${cause.message}`;
    const same = told.get(key);
    if (same === undefined) told.set(key, cause);
    else if (!same.hits.split(', ').includes(cause.hits))
      told.set(key, { ...same, hits: `${same.hits}, ${cause.hits}` });
  }
  return [...told.values()].sort((a, b) => Number(a.severity !== 'error') - Number(b.severity !== 'error'));
}
