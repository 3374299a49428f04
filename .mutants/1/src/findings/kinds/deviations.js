import { placeOf, stepEvidence } from '../evidence.js';
import { groupBy } from '../group.js';
/** @returns the deviations by the rule or policy that made them; those without one are left out. */
export function byStep(deviations, { known }) {
    const groups = groupBy(deviations, ({ culprit, port }) => {
        const step = 'step' in culprit ? culprit.step : null;
        return step?.program !== 'iptables' ? null : `${port.family} ${step.backend} ${placeOf(step)}`;
    });
    return [...groups].flatMap(([, group]) => {
        const [first] = group;
        const step = first !== undefined && 'step' in first.culprit ? first.culprit.step : null;
        if (first === undefined || step?.program !== 'iptables')
            return [];
        const evidence = stepEvidence(step, known.rulesets, first.outcomes[0]);
        return [{ step, deviations: group, place: placeOf(step), evidence }];
    });
}
