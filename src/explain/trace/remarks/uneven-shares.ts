import type { Chain, Rule } from '../../../iptables/ruleset.ts';
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
  const { rule } = pick;
  if (EVEN.has(rule)) return [];
  const chain = rulesets
    .find(({ backend }) => backend === pick.backend)
    ?.tables.get('nat')
    ?.chains.get(pick.chain);
  if (chain === undefined) return [];
  const chance = chanceOf(rule);
  const left = picksFrom(chain, rule.number - 1);
  // Old iptables prints the chance with five digits.
  if (chance === null || left === 0 || Math.abs(chance - 1 / left) < 0.001) {
    EVEN.add(rule);
    return [];
  }
  const text = `nat ${pick.chain} rule ${rule.number} takes ${percent(chance)} of the packets that come to it; kube-proxy writes ${percent(1 / left)} there, for even shares`;
  return remark('uneven-shares', 'none', text);
}

/** Rules of which nothing is said: each sender passes them. */
const EVEN = new WeakSet<Rule>();

/** A rule that asks for affinity (`recent --rcheck`) is no share. */
function chanceOf(rule: Rule): number | null {
  const { probability, recentCheck } = factsOf(rule);
  return recentCheck ? null : (probability ?? 1);
}

/**
 * How many endpoints are still to be picked from at each rule of a chain. A Service of 5,000 endpoints has as many
 * outcomes, so the chain is read once; its rules by their targets, and few in full.
 */
const picks = new WeakMap<Chain, readonly number[]>();

function picksFrom(chain: Chain, from: number): number {
  let counts = picks.get(chain);
  if (counts === undefined) {
    counts = countPicks(chain);
    picks.set(chain, counts);
  }
  return counts[from] ?? 0;
}

function countPicks({ rules }: Chain): readonly number[] {
  const counts = new Array<number>(rules.length);
  let count = 0;
  for (let index = rules.length - 1; index >= 0; index--) {
    if (hasRole(rules.targetName(index), 'endpoint')) count++;
    counts[index] = count;
  }
  return counts;
}
