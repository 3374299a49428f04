import { CHAINS } from '../../proxy/chains.js';
import { iptablesRule } from '../../trace/outcome.js';
import { listed } from '../../words/numbers.js';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.js';
import { factEvidence, ruleEvidence } from '../evidence.js';
import { groupBy } from '../group.js';
/** Packets that should keep the client's address are masqueraded. */
export const wronglyMasqueraded = {
    code: 'KP213',
    title: 'the client address is hidden where it should be kept',
    find(context) {
        const groups = groupBy(context.deviationsBy('masqueraded'), ({ port }) => port.family);
        return [...groups.values()].flatMap((deviations) => {
            const [first] = deviations;
            if (first === undefined)
                return [];
            const ports = deviations.map(({ port }) => port);
            const names = serviceNames(ports);
            const jump = first.outcomes[0] === undefined ? null : jumpToMark(first.outcomes[0]);
            return [
                {
                    code: 'KP213',
                    severity: 'warning',
                    message: `endpoints of ${listed(names, 3)} see this node instead of the client: the rules masquerade what should keep its address`,
                    service: onlyService(ports),
                    objects: names,
                    hits: `${hitsOf(deviations)}; connections work, logs and network policies see the wrong address`,
                    evidence: [
                        ...(jump === null ? [] : [ruleEvidence(jump)]),
                        factEvidence(`example: ${exampleOf(first)}`),
                    ],
                    advice: 'compare the Service’s traffic policy with the rule; restart kube-proxy to have its rules written anew',
                    command: null,
                    certainty: 'certain',
                },
            ];
        });
    },
};
function jumpToMark({ path }) {
    const step = path.find((entry) => entry.step.target === CHAINS.markMasquerade)?.step;
    return step === undefined ? null : iptablesRule(step);
}
