import { CHAINS } from '../../proxy/chains.js';
import { listed } from '../../words/numbers.js';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.js';
import { listChain } from '../commands.js';
import { factEvidence } from '../evidence.js';
import { byStep } from './deviations.js';
/** A rule accepts packets before kube-proxy's REJECT and DROP rules see them. */
export const refusalNotReached = {
    code: 'KP106',
    title: 'packets are accepted before kube-proxy can refuse them',
    find(context) {
        return byStep(context.deviationsBy('accepted-before-refusal'), context).map(({ step, deviations, place, evidence }) => {
            const ordered = [...deviations].sort((a, b) => rank(a) - rank(b));
            const ports = ordered.map(({ port }) => port);
            const names = serviceNames(ports);
            const ranges = ordered.some(({ expectation }) => expectation.kind === 'refused' && expectation.why === 'source-ranges');
            const effect = ranges ? ', and loadBalancerSourceRanges do not hold' : '';
            const [first] = ordered;
            return {
                code: 'KP106',
                severity: 'warning',
                message: `${place} accepts packets before kube-proxy refuses them: clients of ${listed(names)} wait for a timeout instead of being refused${effect}`,
                service: onlyService(ports),
                objects: [...names, `chain ${step.chain}`],
                hits: hitsOf(deviations),
                evidence: [
                    evidence,
                    ...(first === undefined ? [] : [factEvidence(`example: ${exampleOf(first)}`)]),
                ],
                advice: `put the rule behind the jumps to ${CHAINS.services} and ${CHAINS.externalServices}, or ask its owner to append instead of insert`,
                command: listChain(context.tool({ family: ports[0]?.family ?? 'ipv4', backend: step.backend }), step.table, step.chain),
                certainty: 'certain',
            };
        });
    },
};
/** Services without any endpoint first: they are what people notice. */
function rank({ expectation, }) {
    return expectation.why === 'no-endpoints' ? 0 : 1;
}
