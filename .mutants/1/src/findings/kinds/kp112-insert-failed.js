import { command, joined } from '../../command/command.js';
import { isOfOneService } from '../../proxy/chains.js';
import { factEvidence, ruleEvidence } from '../evidence.js';
import { wholeRulesets } from '../rule-list.js';
/** Connections that conntrack could not insert: lost DNS packets and five-second waits. */
export const insertFailed = {
    code: 'KP112',
    title: 'conntrack insert_failed: DNS may wait five seconds',
    find(context) {
        const { known } = context;
        const stats = context.conntrackTotals;
        const failed = stats?.get('insert_failed') ?? 0;
        if (failed === 0)
            return [];
        const plain = masqueradesInOrder(known.rulesets);
        return [
            {
                code: 'KP112',
                severity: 'info',
                message: `conntrack dropped ${failed} packets because another packet took the same entry first (insert_failed); lost DNS packets cost a client five seconds each`,
                service: null,
                objects: ['kube-system/kube-dns', 'conntrack'],
                hits: 'clients that send several packets at once from one port, as DNS resolvers do for A and AAAA',
                evidence: [
                    factEvidence(`conntrack -S: insert_failed=${failed} since boot, over all CPUs`),
                    ...plain.slice(0, 3).map(ruleEvidence),
                ],
                advice: plain.length > 0
                    ? 'masquerade with --random-fully, or run node-local-dns, which keeps DNS out of conntrack; take conntrack -S twice to see whether the number grows'
                    : 'take conntrack -S twice to see whether the number grows; node-local-dns keeps DNS out of conntrack',
                command: joined('next', command('conntrack', '-S'), command('sleep', '10'), command('conntrack', '-S')),
                certainty: 'possible',
            },
        ];
    },
};
function masqueradesInOrder(rulesets) {
    return wholeRulesets(rulesets).flatMap(({ tables }) => {
        const found = [];
        for (const chain of tables.get('nat')?.chains.values() ?? []) {
            if (isOfOneService(chain.name))
                continue;
            for (let index = 0; index < chain.rules.length; index++) {
                if (chain.rules.targetName(index) !== 'MASQUERADE')
                    continue;
                const rule = chain.rules.at(index);
                if (rule.target?.kind === 'masquerade' && !rule.target.random)
                    found.push(rule);
            }
        }
        return found;
    });
}
