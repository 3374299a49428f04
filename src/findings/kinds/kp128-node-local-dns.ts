import { commentOf, type Rule } from '../../iptables/ruleset.ts';
import { ownerOfComment } from '../../names/owners.ts';
import { TCP, UDP } from '../../net/protocol.ts';
import type { CheckContext } from '../context.ts';
import { ruleEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { groupBy } from '../group.ts';
import { toolOf, wholeRulesets } from '../rule-list.ts';
import { counted } from '../words.ts';

/** node-local-dns adds its rules again at every start, or an earlier rule keeps its NOTRACK from being reached. */
export const nodeLocalDns: FindingKind<CheckContext> = {
  code: 'KP128',
  title: 'rules of node-local-dns are duplicated',
  find(context): Finding[] {
    return wholeRulesets(context.known.rulesets).flatMap((ruleset): Finding[] => {
      const rules = [...ruleset.tables.values()].flatMap(({ name, chains }) =>
        [...chains.values()].flatMap((chain) => {
          const found: { rule: Rule; table: string }[] = [];
          if (chain.policy === null) return found;
          for (let index = 0; index < chain.rules.length; index++) {
            const rule = chain.rules.at(index);
            const comment = commentOf(rule);
            if (comment !== null && ownerOfComment(comment) === 'node-local-dns')
              found.push({ rule, table: name });
          }
          return found;
        }),
      );
      const groups = [...groupBy(rules, ({ rule, table }) => `${table} ${rule.text}`).values()];
      const repeated = groups.filter((group) => group.length > 1);
      const [worst] = [...repeated].sort((a, b) => b.length - a.length);
      const [first] = worst ?? [];
      if (worst === undefined || first === undefined) return [];
      const service = dnsService(
        rules.map(({ rule }) => rule),
        context,
      );
      const name = service === null ? null : `${service.namespace}/${service.name}`;
      return [
        {
          code: 'KP128',
          severity: 'warning',
          message: `node-local-dns has its rules ${worst.length} times: ${counted(repeated.length, 'rule')} for ${name ?? 'cluster DNS'} repeat, and more come at every restart`,
          service: service === null ? null : { ...service, port: null },
          objects: [...(name === null ? [] : [name]), `chain ${first.rule.chain}`],
          hits: 'nobody yet: queries are answered; thousands of copies cost CPU on every packet',
          evidence: worst.slice(0, 4).map(({ rule }) => ruleEvidence(rule)),
          advice:
            'update node-local-dns (it failed to see its own rules with the iptables it carries), and delete the copies',
          command: `${toolOf(ruleset)} -t ${first.table} -D ${first.rule.text.replace(/^-A /, '')}`,
          certainty: 'certain',
        },
      ];
    });
  },
};

/** The Service whose cluster IP the cache has taken over. */
function dnsService(
  rules: readonly Rule[],
  { known }: CheckContext,
): { namespace: string; name: string } | null {
  for (const { matches } of rules) {
    for (const match of matches) {
      if (match.kind !== 'destination' || match.negated) continue;
      const address = { family: match.prefix.family, value: match.prefix.value };
      const found = known.book.serviceAt(UDP, address, 53) ?? known.book.serviceAt(TCP, address, 53);
      if (found !== null) return { namespace: found.service.namespace, name: found.service.name };
    }
  }
  return null;
}
