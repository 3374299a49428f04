import type { IptablesStep } from '../../trace/outcome.ts';
import type { CheckContext } from '../context.ts';
import { placeOf, stepEvidence } from '../evidence.ts';
import type { Evidence } from '../finding.ts';
import { groupBy } from '../group.ts';
import type { Deviation } from '../survey/deviation.ts';

/** Deviations that one rule or policy made. */
export interface ByStep {
  readonly step: IptablesStep;
  readonly deviations: readonly Deviation[];
  /** `filter FORWARD rule 1`. */
  readonly place: string;
  readonly evidence: Evidence;
}

/** @returns the deviations by the rule or policy that made them; those without one are left out. */
export function byStep(deviations: readonly Deviation[], { known }: CheckContext): ByStep[] {
  const groups = groupBy(deviations, ({ culprit, port }) => {
    const step = 'step' in culprit ? culprit.step : null;
    return step?.program !== 'iptables' ? null : `${port.family} ${step.backend} ${placeOf(step)}`;
  });
  return [...groups].flatMap(([, group]) => {
    const [first] = group;
    const step = first !== undefined && 'step' in first.culprit ? first.culprit.step : null;
    if (first === undefined || step?.program !== 'iptables') return [];
    const evidence = stepEvidence(step, known.rulesets, first.outcomes[0]);
    return [{ step, deviations: group, place: placeOf(step), evidence }];
  });
}
