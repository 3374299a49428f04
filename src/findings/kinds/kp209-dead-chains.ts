import { jumpsOf } from '../../iptables/jumps.ts';
import { hasRole, isOfOneService } from '../../proxy/chains.ts';
import { ownerOf } from '../../proxy/owners.ts';
import { counted, listed } from '../../words/numbers.ts';
import type { CheckContext } from '../context.ts';
import { chainEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { wholeRulesets } from '../rule-list.ts';

/** Chains with rules to which nothing leads. */
export const deadChains: FindingKind<CheckContext> = {
  code: 'KP209',
  title: 'chains that nothing leads to',
  find(context): Finding[] {
    // No packet that somebody asks about meets them.
    if (context.input.focus !== undefined) return [];
    return wholeRulesets(context.known.rulesets).flatMap(({ tables, family }) =>
      [...tables.values()].flatMap((table): Finding[] => {
        // Without any Service rule nothing leads anywhere: KP103 says so.
        if (table.name === 'nat' && context.flushed(family)) return [];
        const dead = jumpsOf(table).unreached();
        const leftovers = dead.filter(({ name }) => isOfOneService(name));
        // kubelet writes CHAINS.markDrop and CHAINS.markMasquerade whether anybody uses them or not (until 1.28).
        const others = dead.filter(
          ({ name }) =>
            !leftovers.some((chain) => chain.name === name) &&
            ownerOf(name) !== 'kubelet' &&
            !hasRole(name, 'mark-masquerade', 'mark-drop'),
        );
        const harmless =
          leftovers.length === 0
            ? ''
            : ` (${counted(leftovers.length, 'chain')} of Services among them: kube-proxy lets those stand until its next full sync, and they do no harm)`;
        const shown = others.length > 0 ? others : leftovers;
        if (shown.length === 0) return [];
        return [
          {
            code: 'KP209',
            severity: 'info',
            message: `${family} ${table.name}: nothing leads to ${counted(dead.length, 'chain')} with rules, ${listed(
              shown.map(({ name }) => name),
              3,
            )}${harmless}`,
            service: null,
            objects: shown.slice(0, 20).map(({ name }) => `chain ${name}`),
            hits: 'nobody: these rules see no packet',
            evidence: shown.slice(0, 5).map(chainEvidence),
            advice:
              others.length > 0
                ? 'see whether a jump was lost, or the chains are left over and can go'
                : 'nothing needs doing',
            command: null,
            certainty: 'certain',
          },
        ];
      }),
    );
  },
};
