import type { Chain, HookName, Ruleset } from '../iptables/ruleset.ts';
import { nativeRuleAt } from '../nftables/native-rules.ts';
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
    if (chain === undefined || rule === null) return null;
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
