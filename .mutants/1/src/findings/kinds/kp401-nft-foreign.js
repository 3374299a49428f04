import { command } from '../../command/command.js';
import { dictionary } from '../../lookup/dictionary.js';
import { ownerOfTable } from '../../proxy/nft-owners.js';
import { listed } from '../../words/numbers.js';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.js';
import { factEvidence, placeOf, stepEvidence } from '../evidence.js';
import { groupBy } from '../group.js';
/** A native nft rule or policy that is not kube-proxy's ends or rewrites packets for Services. */
export const nftForeign = {
    code: 'KP401',
    title: 'a foreign nft chain ends Service traffic',
    find(context) {
        const groups = groupBy(context.deviationsBy('nft-foreign'), (deviation) => {
            const step = stepOf(deviation);
            return step === null ? null : placeOf(step);
        });
        return [...groups.values()].flatMap((deviations) => {
            const [first] = deviations;
            const step = first === undefined ? null : stepOf(first);
            return first === undefined || step === null ? [] : [findingOf(step, first, deviations, context)];
        });
    },
};
function stepOf({ culprit }) {
    return culprit.kind === 'nft' ? culprit.at : null;
}
const DOES = dictionary({
    drop: 'drops',
    reject: 'rejects',
    notrack: 'keeps conntrack, and so kube-proxy, from',
    dnat: 'sends elsewhere',
    redirect: 'sends elsewhere',
});
function findingOf(step, first, deviations, { known }) {
    const ports = deviations.map(({ port }) => port);
    const names = serviceNames(ports);
    const inside = deviations.some(({ side }) => side === 'pod' || side === 'node');
    const owner = ownerOfTable(step.family, step.table);
    const whose = owner === null ? '' : ` of ${owner}`;
    return {
        code: 'KP401',
        // Closing node ports to the outside is what firewalls are for: worth a look, not proof of a fault.
        severity: inside ? 'error' : 'warning',
        message: `${placeOf(step)}${whose} ${DOES[step.action] ?? 'ends'} packets for ${listed(names)}`,
        service: onlyService(ports),
        objects: [...names, `chain ${step.chain}`, `table ${step.family} ${step.table}`],
        hits: hitsOf(deviations),
        evidence: [stepEvidence(step, known.rulesets), factEvidence(`example: ${exampleOf(first)}`)],
        advice: 'an accept in kube-proxy’s table, or in another, does not undo this: each base chain of a hook is asked. Find who wrote it, and accept there the pod network and what was translated (`ct status dnat accept`)',
        command: command('nft', '-a', 'list', 'chain', step.family, step.table, step.chain),
        certainty: 'certain',
    };
}
