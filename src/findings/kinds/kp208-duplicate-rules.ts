import { otherChains } from '../../explain/services/other-chains.ts';
import { commentOf, type Rule } from '../../iptables/ruleset.ts';
import { ownerOfComment } from '../../proxy/owners.ts';
import { counted } from '../../words/numbers.ts';
import { deleteRule } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { ruleEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { groupBy } from '../group.ts';
import { wholeRulesets } from '../rule-list.ts';

/** The same rule stands several times in one chain: some program adds it again and again. */
export const duplicateRules: FindingKind<CheckContext> = {
  code: 'KP208',
  title: 'the same rule several times in a chain',
  find(context): Finding[] {
    return wholeRulesets(context.known.rulesets).flatMap((ruleset) =>
      [...ruleset.tables.values()].flatMap((table) =>
        otherChains(table).flatMap((chain): Finding[] => {
          const { rules } = chain;
          // A chain of one Service or endpoint is short, and compared with the API; long lists are no place to look at.
          if (rules.length < 2 || rules.length > MANY) return [];
          const all = Array.from({ length: rules.length }, (_, index) => rules.at(index));
          const groups = [...groupBy(all, ({ text }) => text).values()].filter((group) => group.length > 1);
          const [worst] = groups
            .filter((group) => !isOfNodeLocalDns(group[0]) && !hasChance(group[0]))
            .sort((a, b) => b.length - a.length);
          const [first, second] = worst ?? [];
          if (worst === undefined || first === undefined || second === undefined) return [];
          return [
            {
              code: 'KP208',
              severity: worst.length >= GROWING ? 'warning' : 'info',
              message: `${table.name} ${chain.name} holds the same rule ${worst.length} times${groups.length > 1 ? `, and ${counted(groups.length - 1, 'other rule')} more than once` : ''}`,
              service: null,
              objects: [`chain ${chain.name}`],
              hits: 'nobody, as long as the copies are few: the first of them does all there is to do',
              evidence: worst.slice(0, 3).map(ruleEvidence),
              advice:
                'find which program adds the rule without looking whether it is there; delete the copies',
              command: deleteRule(context.tool(ruleset), table.name, chain.name, second.number),
              certainty: 'certain',
            },
          ];
        }),
      ),
    );
  },
};

/** So many copies were not made by a restart or two. */
const GROWING = 5;
const MANY = 20_000;

function isOfNodeLocalDns(rule: Rule | undefined): boolean {
  const comment = rule === undefined ? null : commentOf(rule);
  return comment !== null && ownerOfComment(comment) === 'node-local-dns';
}

/** `statistic` twice is not the same as once. */
function hasChance(rule: Rule | undefined): boolean {
  return (
    rule?.matches.some(
      ({ kind }) => kind === 'statistic-random' || kind === 'statistic-nth' || kind === 'opaque',
    ) === true
  );
}
