import type { HookName, Rule } from '../iptables/ruleset.ts';
import type { Branch } from './branch.ts';
import type { TraceContext } from './context.ts';
import { mapped } from './nat.ts';
import { iptablesRule } from './outcome.ts';
import type { NatPassage } from './passage.ts';
import type { WalkResult } from './walk-chain.ts';

/** @returns the packet as the nat rule that matched rewrites it. */
export function translated(
  { branch, effect, rule }: WalkResult['translated'][number],
  hook: HookName,
  { world, questions }: TraceContext,
): NatPassage[] {
  const known =
    effect.kind === 'dnat' && effect.to === null
      ? { ...effect, to: world.recoverDestination(rule, jumpTo(rule.chain, branch)) }
      : effect;
  return mapped(branch, known, rule, hook, world, questions);
}

/** The rule by which a branch came to a chain. */
function jumpTo(chain: string, branch: Branch): Rule | null {
  for (let node = branch.path; node !== null; node = node.before) {
    const rule = iptablesRule(node.entry.step);
    if ((rule?.target?.kind === 'jump' || rule?.target?.kind === 'goto') && rule.target.chain === chain)
      return rule;
  }
  return null;
}
