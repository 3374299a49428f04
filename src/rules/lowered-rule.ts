import type { Rule } from '../iptables/ruleset.ts';
import type { Effect } from './effect.ts';
import { lowerMatches } from './lower-iptables-match.ts';
import { lowerTarget } from './lower-iptables-target.ts';
import type { Test } from './test.ts';

/** What a rule asks and does, in no language: it matches where every test does, and then has its effect. */
export interface LoweredRule {
  readonly tests: readonly Test[];
  /** Null: it only counts. */
  readonly effect: Effect | null;
}

const LOWERED = new WeakMap<Rule, LoweredRule>();

/** @returns what a rule of iptables asks and does; made when it is first asked for, as of 400,000 a packet meets a few hundred. */
export function lowered(rule: Rule): LoweredRule {
  let known = LOWERED.get(rule);
  if (known === undefined) {
    const { matches, target } = rule;
    known = { tests: lowerMatches(matches), effect: target && lowerTarget(target) };
    LOWERED.set(rule, known);
  }
  return known;
}
