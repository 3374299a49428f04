import { percent } from '../../words/numbers.js';
import { hitsOf, onlyService, serviceNames } from '../affected.js';
import { showChain } from '../commands.js';
import { chainEvidence } from '../evidence.js';
import { labelOfPort } from '../expected/expected-port.js';
import { groupBy } from '../group.js';
import { byStep } from './deviations.js';
/** Packets enter a chain of the Service and fall out at its end, untranslated. */
export const deadEnd = {
    code: 'KP206',
    title: 'a Service chain leads nowhere',
    find(context) {
        const byPort = groupBy(context.deviationsBy('dead-end'), ({ port }) => `${labelOfPort(port)} ${port.family}`);
        return [...byPort.values()].flatMap((deviations) => {
            const [first] = byStep(deviations, context);
            const [deviation] = deviations;
            if (first === undefined || deviation === undefined)
                return [];
            const name = first.step.target ?? first.step.chain;
            const ruleset = context.known.rulesets.find(({ family, backend }) => family === deviation.port.family && backend === first.step.backend);
            const chain = ruleset?.tables.get('nat')?.chains.get(name);
            const empty = chain?.rules.length === 0;
            const label = labelOfPort(deviation.port);
            return [
                {
                    code: 'KP206',
                    severity: 'error',
                    message: `${label}: ${messageOf(deviation, name, empty)}`,
                    service: onlyService([deviation.port]),
                    objects: [...serviceNames([deviation.port]), `chain ${name}`],
                    hits: hitsOf(deviations),
                    evidence: [first.evidence, ...(chain === undefined ? [] : [chainEvidence(chain)])],
                    advice: 'restart kube-proxy on this node, which writes the chain anew; then find who emptied it',
                    command: showChain(context.tool({ family: deviation.port.family, backend: first.step.backend }), 'nat', name),
                    certainty: 'certain',
                },
            ];
        });
    },
};
function messageOf({ outcomes }, chain, empty) {
    const share = outcomes.reduce((sum, { probability }) => sum + probability, 0);
    // Rounded shares of a thousand endpoints do not add up to one exactly.
    if (share < 0.999)
        return `${percent(share)} of the packets that enter ${chain} fall out untranslated: its rules do not take all of them`;
    const why = empty ? 'the chain is empty' : 'none of its rules sends them to an endpoint';
    return `packets enter ${chain} and fall out untranslated: ${why}`;
}
