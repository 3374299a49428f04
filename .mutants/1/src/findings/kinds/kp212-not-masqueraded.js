import { joined } from '../../command/command.js';
import { CHAINS } from '../../proxy/chains.js';
import { listed } from '../../words/numbers.js';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.js';
import { showChain } from '../commands.js';
import { factEvidence, ruleEvidence, stepEvidence } from '../evidence.js';
import { groupBy } from '../group.js';
import { rulesOf } from '../rule-list.js';
/** Packets that must be masqueraded are not: no rule marks them, or nothing acts on the mark. */
export const notMasqueraded = {
    code: 'KP212',
    title: 'Service traffic is not masqueraded',
    find(context) {
        const groups = groupBy(context.deviationsBy('not-masqueraded'), ({ culprit, port }) => `${port.family} ${culprit.kind}`);
        return [...groups.values()].flatMap((deviations) => {
            const [first] = deviations;
            if (first === undefined)
                return [];
            const ports = deviations.map(({ port }) => port);
            const names = serviceNames(ports);
            const marked = first.culprit.kind === 'not-masqueraded';
            const step = first.culprit.kind === 'not-masqueraded' ? first.culprit.step : null;
            const { family } = first.port;
            const having = context.known.rulesets.filter((ruleset) => ruleset.family === family);
            const ruleset = having.find(({ tables }) => tables.get('nat')?.chains.has(CHAINS.postrouting)) ??
                having.find(({ tables }) => tables.has('nat'));
            const nat = ruleset?.tables.get('nat');
            const tool = context.tool(ruleset ?? { family, backend: 'iptables-nft' });
            const why = !marked
                ? 'no rule marks them'
                : step === null
                    ? 'they carry the mark, and no rule of nat POSTROUTING masquerades it'
                    : `nat ${step.chain} rule ${step.rule?.number ?? '?'} ends the table for them before ${CHAINS.postrouting}`;
            return [
                {
                    code: 'KP212',
                    severity: 'error',
                    message: `packets for ${listed(names, 3)} leave with the client's address where kube-proxy masquerades: ${why}, and answers go past this node`,
                    service: onlyService(ports),
                    objects: [...names, marked ? `chain ${CHAINS.postrouting}` : `chain ${CHAINS.markMasquerade}`],
                    hits: hitsOf(deviations),
                    evidence: [
                        ...(step === null ? [] : [stepEvidence(step, context.known.rulesets)]),
                        ...(marked
                            ? [...rulesOf(nat, CHAINS.postrouting)].map(ruleEvidence)
                            : [...rulesOf(nat, CHAINS.markMasquerade)].map(ruleEvidence)),
                        factEvidence(`example: ${exampleOf(first)}`),
                    ],
                    advice: 'restart kube-proxy on this node, which writes its rules anew; then find who changed them',
                    command: joined('next', showChain(tool, 'nat', CHAINS.postrouting), showChain(tool, 'nat', CHAINS.markMasquerade)),
                    certainty: 'certain',
                },
            ];
        });
    },
};
