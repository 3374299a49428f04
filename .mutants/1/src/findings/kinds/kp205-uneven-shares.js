import { formatAddress } from '../../net/address.js';
import { socketText } from '../../net/socket.js';
import { hasRole } from '../../proxy/chains.js';
import { isInIptables } from '../../trace/place.js';
import { listed, percent } from '../../words/numbers.js';
import { hitsOf, onlyService, serviceNames } from '../affected.js';
import { showChain } from '../commands.js';
import { factEvidence, ruleEvidence } from '../evidence.js';
import { labelOfPort } from '../expected/expected-port.js';
import { groupBy } from '../group.js';
/** The probabilities in a Service's chain do not give its endpoints equal shares. */
export const unevenShares = {
    code: 'KP205',
    title: 'endpoints get unequal shares',
    find(context) {
        const groups = groupBy(context.deviationsBy('uneven'), ({ port }) => `${labelOfPort(port)} ${port.family}`);
        return [...groups.values()].flatMap((deviations) => {
            const [first] = deviations;
            if (first === undefined)
                return [];
            const shares = first.outcomes.map((outcome) => `${placeOf(outcome)} ${percent(outcome.probability)}`);
            const steps = chancesOf(first.outcomes);
            const rules = steps.flatMap(({ rule }) => (rule === null ? [] : ruleEvidence(rule)));
            const chain = steps[0]?.chain ?? null;
            const count = first.expectation.kind === 'served' ? first.expectation.endpoints.length : 1;
            return [
                {
                    code: 'KP205',
                    severity: 'error',
                    message: `${labelOfPort(first.port)}: its endpoints get unequal shares, ${listed(shares, 3)}, where each should get ${percent(1 / count)}`,
                    service: onlyService([first.port]),
                    objects: [...serviceNames([first.port]), ...(chain === null ? [] : [`chain ${chain}`])],
                    hits: hitsOf(deviations),
                    evidence: [...rules, factEvidence(`${labelOfPort(first.port)} has ${count} endpoints in the API`)],
                    advice: 'restart kube-proxy on this node, which writes the chain anew; then find who changed the rule',
                    command: steps[0] === undefined
                        ? null
                        : showChain(context.tool({ family: first.port.family, backend: steps[0].backend }), 'nat', steps[0].chain),
                    certainty: 'certain',
                },
            ];
        });
    },
};
function placeOf({ destination: { address, port } }) {
    return socketText(formatAddress(address), port);
}
/** The rules by which an endpoint was chosen. */
function chancesOf(outcomes) {
    const found = new Map();
    for (const { path } of outcomes) {
        for (const { step } of path) {
            if (!isInIptables(step) || step.rule === null || hasRole(step.target, 'endpoint') !== true)
                continue;
            found.set(`${step.rule.file}:${step.rule.line}`, step);
        }
    }
    return [...found.values()].sort((a, b) => (a.rule?.line ?? 0) - (b.rule?.line ?? 0)).slice(0, 10);
}
