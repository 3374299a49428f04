import type { HookName } from '../../iptables/ruleset.ts';
import type { NftChain, NftRule } from '../../nftables/ruleset.ts';
import type { Statement } from '../../nftables/statement.ts';
import type { Step } from '../outcome.ts';
import type { NftPlace } from '../place.ts';
import type { StepBook } from '../steps.ts';
import type { RuleResult } from './rule-result.ts';

/** One object for each verdict that an element of a map may give: each is a step of its own. */
const VERDICTS = new WeakMap<NftRule, Map<string, object>>();

/** @returns the step for a rule that matched, or that a verdict ended. */
export function ruleStep(
  chain: NftChain,
  rule: NftRule,
  way: RuleResult,
  hook: HookName,
  steps: StepBook,
): Step {
  const { action, target } = described(rule, way);
  return steps.at(hook, metBy(rule, `${action} ${target ?? ''}`), (id) => ({
    id,
    hook,
    ...placeOf(chain),
    rule,
    event: 'rule',
    action,
    target,
  }));
}

function metBy(rule: NftRule, name: string): object {
  let known = VERDICTS.get(rule);
  if (known === undefined) {
    known = new Map();
    VERDICTS.set(rule, known);
  }
  let met = known.get(name);
  if (met === undefined) {
    met = { name };
    known.set(name, met);
  }
  return met;
}

function described(
  rule: NftRule,
  way: RuleResult,
): { readonly action: string; readonly target: string | null } {
  switch (way.kind) {
    case 'matched':
      if (way.verdict !== null) return { action: way.verdict.verdict, target: way.verdict.chain };
      return doing(rule.statements);
    case 'translated':
      return { action: way.target.kind, target: null };
    case 'ended':
      return { action: way.verdict === 'unknown' ? 'unrecognised' : way.verdict, target: way.rejectWith };
    case 'broken':
      return { action: 'continue', target: null };
  }
}

/** What a rule without verdict does, by its first statement that does something. */
function doing(statements: readonly Statement[]): {
  readonly action: string;
  readonly target: string | null;
} {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'assign':
        return { action: 'set', target: null };
      case 'set-update':
        return { action: statement.operation, target: `@${statement.set}` };
      case 'passive':
        return { action: statement.what, target: null };
      case 'notrack':
      case 'dup':
      case 'flow':
      case 'tproxy':
        return { action: statement.kind, target: null };
      default:
    }
  }
  return { action: 'continue', target: null };
}

/** @returns the step for the end of a chain that was jumped or gone to. */
export function endStep(chain: NftChain, hook: HookName, steps: StepBook): Step {
  return steps.at(hook, chain, (id) => ({
    id,
    hook,
    ...placeOf(chain),
    rule: null,
    event: 'chain-end',
    action: 'return',
    target: null,
  }));
}

/** @returns the step for a base chain's policy. */
export function policyStep(chain: NftChain, hook: HookName, steps: StepBook): Step {
  return steps.at(hook, chain, (id) => ({
    id,
    hook,
    ...placeOf(chain),
    rule: null,
    event: 'policy',
    action: chain.base?.policy ?? 'accept',
    target: null,
  }));
}

function placeOf({ family, table, name }: NftChain): NftPlace {
  return { program: 'nft', family, table, chain: name };
}
