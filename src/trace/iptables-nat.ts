import type { HookName, Rule } from '../iptables/ruleset.ts';
import type { Rewrite } from '../rules/effect.ts';
import type { Branch } from './branch.ts';
import type { TraceContext } from './context.ts';
import { translate } from './nat.ts';
import { iptablesRule } from './outcome.ts';
import { ended, type NatPassage } from './passage.ts';
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
  const result = translate(branch, known, rule, hook, world.host, questions);
  const portFixed = hasOnePort(known);
  return [
    ...result.ended.map(ended),
    ...result.branches.map((way): NatPassage => ({ kind: 'mapped', branch: way, portFixed })),
  ];
}

function hasOnePort(target: Rewrite): boolean {
  const ports =
    target.kind === 'snat' ? target.to?.ports : target.kind === 'masquerade' ? target.ports : null;
  return ports !== null && ports !== undefined && ports.from === ports.to;
}

/** The rule by which a branch came to a chain. */
function jumpTo(chain: string, branch: Branch): Rule | null {
  for (let node = branch.path; node !== null; node = node.before) {
    const rule = iptablesRule(node.step);
    if ((rule?.target?.kind === 'jump' || rule?.target?.kind === 'goto') && rule.target.chain === chain)
      return rule;
  }
  return null;
}
