import { reasonNote } from '../../explain/words/reason-words.js';
import { listed } from '../../words/numbers.js';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.js';
import { setSysctl } from '../commands.js';
import { factEvidence } from '../evidence.js';
import { groupBy } from '../group.js';
import { reversePathFilter } from './kp117-reverse-path.js';
/** Forwarding is off, a source is a martian, an address is unreachable by route: no rule is to blame. */
export const routingDrops = {
    code: 'KP218',
    title: 'routing ends Service traffic',
    find(context) {
        // What rp_filter drops is KP117's business, where that has found it.
        const told = reversePathFilter.find(context).some(({ severity }) => severity === 'error');
        const deviations = context
            .deviationsBy('routing')
            .filter(({ culprit }) => !(told && culprit.kind === 'routing' && culprit.reason.code === 'rp-filter'));
        const groups = groupBy(deviations, ({ culprit, port }) => culprit.kind === 'routing' ? `${port.family} ${culprit.reason.code}` : '');
        return [...groups.values()].flatMap((group) => {
            const [first] = group;
            if (first === undefined || first.culprit.kind !== 'routing')
                return [];
            const ports = group.map(({ port }) => port);
            const names = serviceNames(ports);
            const { code, text } = reasonNote(first.culprit.reason);
            const forwarding = code === 'forwarding-off';
            return [
                {
                    code: 'KP218',
                    severity: 'error',
                    message: `packets for ${listed(names, 3)} end in routing: ${text}`,
                    service: onlyService(ports),
                    objects: names,
                    hits: hitsOf(group),
                    evidence: [factEvidence(text), factEvidence(`example: ${exampleOf(first)}`)],
                    advice: forwarding
                        ? 'switch forwarding on, and find what switched it off'
                        : 'compare the node’s routes and sysctls with those of a node that works',
                    command: forwarding
                        ? setSysctl(first.port.family === 'ipv4' ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding', 1)
                        : null,
                    certainty: 'certain',
                },
            ];
        });
    },
};
