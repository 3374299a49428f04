import { listed } from '../../words/numbers.js';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.js';
import { deleteRule, showChain } from '../commands.js';
import { factEvidence } from '../evidence.js';
/** @returns the finding about a rule that ends packets which kube-proxy would deliver. */
export function foreignDrop(code, { step, deviations, place, evidence }, context) {
    const ports = deviations.map(({ port }) => port);
    const names = serviceNames(ports);
    const inside = deviations.some(({ side }) => side === 'pod' || side === 'node');
    const [first] = deviations;
    const tool = context.tool({ family: ports[0]?.family ?? 'ipv4', backend: step.backend });
    const does = step.action === 'reject' ? 'rejects' : step.action === 'drop' ? 'drops' : 'ends';
    const early = step.table === 'raw' || step.table === 'mangle' ? ', before kube-proxy’s rules are asked' : '';
    return {
        code,
        // Closing node ports to the outside is what firewalls are for: worth a look, not proof of a fault.
        severity: inside ? 'error' : 'warning',
        message: `${place} ${does} packets for ${listed(names)}${early}`,
        service: onlyService(ports),
        objects: [...names, `chain ${step.chain}`],
        hits: hitsOf(deviations),
        evidence: [evidence, ...(first === undefined ? [] : [factEvidence(`example: ${exampleOf(first)}`)])],
        advice: 'find who wrote the rule and whether it is meant; no rule of kube-proxy comes before it',
        command: step.rule === null
            ? showChain(tool, step.table, step.chain)
            : deleteRule(tool, step.table, step.chain, step.rule.number),
        certainty: 'certain',
    };
}
