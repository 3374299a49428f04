import type { Chain, Rule } from '../../../iptables/ruleset.ts';
import type { Outcome } from '../../../trace/outcome.ts';
import type { Remark } from '../../explanation.ts';
import { factsOf } from '../../services/rule-facts.ts';
import { type RemarkContext, remark } from './context.ts';

/**
 * kube-proxy gives each of n endpoints the same share: 1/n, 1/(n-1), …, and the last rule without a condition. Says where
 * a rule that an outcome passed has another chance.
 */
export function unevenShares({ path }: Outcome, { rulesets }: RemarkContext): readonly Remark[] {
  const pick = path.find(
    ({ step }) =>
      step.table === 'nat' &&
      /^KUBE-(?:SVC|SVL|XLB)-/.test(step.chain) &&
      step.target?.startsWith('KUBE-SEP-') === true,
  )?.step;
  if (pick?.rule == null) return [];
  const { rule } = pick;
  const chain = rulesets
    .find(({ backend }) => backend === pick.backend)
    ?.tables.get('nat')
    ?.chains.get(pick.chain);
  const chance = chanceOf(rule);
  if (chain === undefined || chance === null) return [];
  const left = picksFrom(chain, rule.number - 1);
  // Old iptables prints the chance with five digits.
  if (left === 0 || Math.abs(chance - 1 / left) < 0.001) return [];
  const text = `nat ${pick.chain} rule ${rule.number} takes ${percent(chance)} of the packets that come to it; kube-proxy writes ${percent(1 / left)} there, for even shares`;
  return remark('uneven-shares', 'none', text);
}

/** A rule that asks for affinity (`recent --rcheck`) is no share. */
function chanceOf(rule: Rule): number | null {
  const { probability, recentCheck } = factsOf(rule);
  return recentCheck ? null : (probability ?? 1);
}

/** How many endpoints are still to be picked from at this rule. Rules are read by their targets, and few in full. */
function picksFrom({ rules }: Chain, from: number): number {
  let count = 0;
  for (let index = from; index < rules.length; index++)
    if (rules.targetName(index)?.startsWith('KUBE-SEP-') === true) count++;
  return count;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`;
}
