import { socketText } from '../../net/socket.js';
import { listed } from '../../words/numbers.js';
import { hitsOf, onlyService, serviceNames } from '../affected.js';
import { showChain } from '../commands.js';
import { factEvidence } from '../evidence.js';
import { labelOfPort } from '../expected/expected-port.js';
import { groupBy } from '../group.js';
import { arrivals } from '../survey/cause.js';
import { byStep } from './deviations.js';
/** An endpoint's chain sends packets elsewhere than the endpoint that its name was made from. */
export const wrongEndpoint = {
    code: 'KP207',
    title: 'an endpoint’s chain was changed',
    find(context) {
        const byPort = groupBy(context.deviationsBy('tampered-endpoint'), ({ port }) => `${labelOfPort(port)} ${port.family}`);
        return [...byPort.values()].flatMap((deviations) => {
            const [deviation] = deviations;
            const [first] = byStep(deviations, context);
            if (first === undefined || deviation === undefined)
                return [];
            const label = labelOfPort(deviation.port);
            const meant = deviation.missing.map(({ address, port }) => socketText(address, port));
            const pods = deviation.missing.flatMap(({ pod }) => pod === null ? [] : [`pod ${pod.namespace}/${pod.name}`]);
            return [
                {
                    code: 'KP207',
                    severity: 'error',
                    message: `${label}: ${first.step.chain} sends packets to ${listed(arrivals(deviation), 3)}, and was written for ${listed(meant, 3)}`,
                    service: onlyService([deviation.port]),
                    objects: [...serviceNames([deviation.port]), ...pods, `chain ${first.step.chain}`],
                    hits: `${hitsOf(deviations)}, whenever this endpoint is chosen`,
                    evidence: [
                        first.evidence,
                        factEvidence(`the name of the chain is the hash of ${label} and ${listed(meant, 3)}`),
                        factEvidence(`${label} in the API has ${listed(meant, 3)}`),
                    ],
                    advice: 'restart kube-proxy on this node, which writes the chain anew; then find who changed the rule',
                    command: showChain(context.tool({ family: deviation.port.family, backend: first.step.backend }), 'nat', first.step.chain),
                    certainty: 'certain',
                },
            ];
        });
    },
};
