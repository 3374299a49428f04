import type { Chain, Rule, RuleList } from '../../../iptables/ruleset.ts';
import { hasRole } from '../../../proxy/chains.ts';
import type { Passing } from '../../../trace/outcome.ts';
import { percent } from '../../../words/numbers.ts';
import { factsOf } from '../../services/rule-facts.ts';
import type { Remark } from '../../trace-list.ts';
import { type RemarkContext, remark } from './context.ts';
import { choosingStep } from './path-facts.ts';

/**
 * kube-proxy gives each of n endpoints the same share: 1/n, 1/(n-1), …, and the last rule without a condition. Says where
 * a rule that an outcome passed has another chance.
 */
export function unevenShares(way: Passing, { rulesets }: RemarkContext): readonly Remark[] {
  const pick = choosingStep(way);
  if (pick?.rule == null) return [];
  const chain = rulesets
    .find(({ backend }) => backend === pick.backend)
    ?.tables.get('nat')
    ?.chains.get(pick.chain);
  const { number } = pick.rule;
  const uneven = chain === undefined ? undefined : unevenPicks(chain).get(number);
  if (uneven === undefined) return [];
  const { chance, left } = uneven;
  const text = `nat ${pick.chain} rule ${number} takes ${percent(chance)} of the packets that come to it; kube-proxy writes ${percent(1 / left)} there, for even shares`;
  return remark('uneven-shares', 'none', text);
}

/** What a rule takes of the packets that come to it, and how many endpoints are still to be picked from there. */
interface UnevenPick {
  readonly chance: number;
  readonly left: number;
}

/** Each chain is read once: a Service of 5,000 endpoints has as many outcomes. */
const UNEVEN = new WeakMap<Chain, ReadonlyMap<number, UnevenPick>>();

/** @returns the rules that have another chance than kube-proxy writes, by number. */
function unevenPicks(chain: Chain): ReadonlyMap<number, UnevenPick> {
  let uneven = UNEVEN.get(chain);
  if (uneven === undefined) {
    uneven = readPicks(chain.rules);
    UNEVEN.set(chain, uneven);
  }
  return uneven;
}

function readPicks(rules: RuleList): ReadonlyMap<number, UnevenPick> {
  const uneven = new Map<number, UnevenPick>();
  let left = 0;
  for (let index = rules.length - 1; index >= 0; index--) {
    if (!hasRole(rules.targetName(index), 'endpoint')) continue;
    left++;
    const chance = chanceOf(rules.at(index));
    // Old iptables prints the chance with five digits.
    if (chance !== null && Math.abs(chance - 1 / left) >= 0.001) uneven.set(index + 1, { chance, left });
  }
  return uneven;
}

/** A rule that asks for affinity (`recent --rcheck`) is no share. */
function chanceOf(rule: Rule): number | null {
  const { probability, recentCheck } = factsOf(rule);
  return recentCheck ? null : (probability ?? 1);
}
