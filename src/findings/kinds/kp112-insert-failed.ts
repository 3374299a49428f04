import { command, joined } from '../../command/command.ts';
import { otherChains } from '../../explain/services/other-chains.ts';
import type { Rule } from '../../iptables/ruleset.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence, ruleEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { wholeRulesets } from '../rule-list.ts';

/** Connections that conntrack could not insert: lost DNS packets and five-second waits. */
export const insertFailed: FindingKind<CheckContext> = {
  code: 'KP112',
  title: 'conntrack insert_failed: DNS may wait five seconds',
  find(context): Finding[] {
    const { known } = context;
    const stats = context.conntrackTotals;
    const failed = stats?.get('insert_failed') ?? 0;
    if (failed === 0) return [];
    const plain = masqueradesInOrder(known.rulesets);
    const rate = context.rateOfConntrack('insert_failed');
    const twice = rate === null;
    return [
      {
        code: 'KP112',
        severity: 'info',
        message: `conntrack dropped ${failed} packets${rate === null ? '' : ` (${rate})`} because another packet took the same entry first (insert_failed); lost DNS packets cost a client five seconds each`,
        service: null,
        objects: ['kube-system/kube-dns', 'conntrack'],
        hits: 'clients that send several packets at once from one port, as DNS resolvers do for A and AAAA',
        evidence: [
          factEvidence(
            `conntrack -S: insert_failed=${failed} since boot, over all CPUs${rate === null ? '' : `; ${rate}`}`,
          ),
          ...plain.slice(0, 3).map(ruleEvidence),
        ],
        advice:
          plain.length > 0
            ? `masquerade with --random-fully, or run node-local-dns, which keeps DNS out of conntrack${twice ? '; take conntrack -S twice to see whether the number grows' : ''}`
            : `${twice ? 'take conntrack -S twice to see whether the number grows; ' : ''}node-local-dns keeps DNS out of conntrack`,
        command: twice
          ? joined('next', command('conntrack', '-S'), command('sleep', '10'), command('conntrack', '-S'))
          : null,
        certainty: 'possible',
      },
    ];
  },
};

function masqueradesInOrder(rulesets: CheckContext['known']['rulesets']): Rule[] {
  return wholeRulesets(rulesets).flatMap(({ tables }) => {
    const found: Rule[] = [];
    const nat = tables.get('nat');
    for (const chain of nat === undefined ? [] : otherChains(nat)) {
      for (let index = 0; index < chain.rules.length; index++) {
        if (chain.rules.targetName(index) !== 'MASQUERADE') continue;
        const rule = chain.rules.at(index);
        if (rule.target?.kind === 'masquerade' && !rule.target.random) found.push(rule);
      }
    }
    return found;
  });
}
