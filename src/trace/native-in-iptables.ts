import type { Match } from '../iptables/match.ts';
import type { Chain, HookName, Rule, Ruleset } from '../iptables/ruleset.ts';
import { nativeRuleAt } from '../nftables/native-rules.ts';
import type { NftRule } from '../nftables/ruleset.ts';
import { type Branch, type Ending, passed } from './branch.ts';
import type { TraceContext } from './context.ts';
import type { RuleResult } from './nft/rule-result.ts';
import { runRule } from './nft/run-rule.ts';
import { ruleStep } from './nft/steps.ts';
import type { NativeResult } from './walk-chain.ts';

/**
 * Rules that somebody added with nft to a table of iptables: where nft's listing was captured it has the truth about them, and
 * iptables-save prints them with what it does not know left out.
 * @returns what a walk of the table asks; undefined where nft lists no such table
 */
export function nativeRules(
  { backend, family }: Ruleset,
  table: string,
  hook: HookName,
  context: TraceContext,
): ((branch: Branch, chain: Chain, index: number) => NativeResult | null) | undefined {
  if (backend !== 'iptables-nft') return undefined;
  const listed = context.world.nft?.tables.get(`${family === 'ipv4' ? 'ip' : 'ip6'} ${table}`);
  if (listed === undefined) return undefined;
  return (branch, { name, rules }, index) => {
    const chain = listed.chains.get(name);
    const rule = nativeRuleAt(chain, index, rules.length);
    if (chain === undefined || rule === null || isTranslated(rule, rules.at(index))) return null;
    const ways = runRule(branch, { table: listed, chain, rule, hook }, context);
    return {
      missed: ways.flatMap((way) => (way.kind === 'broken' ? [way.branch] : [])),
      held: ways.flatMap((way) => {
        if (way.kind === 'broken') return [];
        const stepped = passed(way.branch, ruleStep(chain, rule, way, hook, context.steps));
        return [{ branch: stepped, effect: effectOf(way, stepped) }];
      }),
    };
  };
}

/** Matches that the text of nft spells with a set: `-m multiport --dports 80,443` as `tcp dport { 80, 443 } counter`. JSON has `xt`. */
const SPELLED_AS_SETS: ReadonlySet<string> = new Set<Match['kind']>(['multiport', 'addrtype']);

/** Whether a rule that looks native is one of iptables in the words of nft's text: iptables-save tells what it asks. */
function isTranslated({ statements }: NftRule, saved: Rule): boolean {
  return (
    statements.some(({ kind }) => kind === 'counter') &&
    saved.matches.some(({ kind }) => SPELLED_AS_SETS.has(kind))
  );
}

type Held = NativeResult['held'][number]['effect'];

function effectOf(way: Exclude<RuleResult, { kind: 'broken' }>, branch: Branch): Held {
  switch (way.kind) {
    case 'translated':
      return way.target;
    case 'ended': {
      const { verdict, reason, rejectWith } = way;
      const ended: Ending = { branch, verdict, reason, rejectWith, exit: null };
      return { ended };
    }
    case 'matched': {
      if (way.verdict === null) return null;
      const { verdict, chain } = way.verdict;
      switch (verdict) {
        case 'accept':
        case 'drop':
        case 'return':
          return { kind: verdict };
        case 'jump':
        case 'goto':
          return { kind: verdict, chain: chain ?? '' };
        default:
          return null;
      }
    }
  }
}
