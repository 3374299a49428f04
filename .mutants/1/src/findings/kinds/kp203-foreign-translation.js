import { CHAINS } from '../../proxy/chains.js';
import { listed } from '../../words/numbers.js';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.js';
import { deleteRule } from '../commands.js';
import { factEvidence } from '../evidence.js';
import { arrivals } from '../survey/cause.js';
import { byStep } from './deviations.js';
/** A DNAT rule of somebody else takes packets for a Service before kube-proxy's rules do. */
export const foreignTranslation = {
    code: 'KP203',
    title: 'a foreign rule redirects a Service',
    find(context) {
        return byStep(context.deviationsBy('foreign-translation'), context).map(({ step, deviations, place, evidence }) => {
            const ports = deviations.map(({ port }) => port);
            const names = serviceNames(ports);
            const [first] = deviations;
            const to = first === undefined ? [] : arrivals(first);
            return {
                code: 'KP203',
                severity: 'error',
                message: `${place} sends packets for ${listed(names)} to ${listed(to)}, which is no endpoint, before kube-proxy's rules are asked`,
                service: onlyService(ports),
                objects: [...names, `chain ${step.chain}`],
                hits: hitsOf(deviations),
                evidence: [
                    evidence,
                    ...(first === undefined ? [] : [factEvidence(`example: ${exampleOf(first)}`)]),
                ],
                advice: `find who wrote the rule, and whether it is meant: it wins because it stands before the jump to ${CHAINS.services}`,
                command: step.rule === null
                    ? null
                    : deleteRule(context.tool({ family: ports[0]?.family ?? 'ipv4', backend: step.backend }), 'nat', step.chain, step.rule.number),
                certainty: 'certain',
            };
        });
    },
};
