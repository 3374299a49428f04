import type { Backend, Chain, HookName, Rule } from '../iptables/ruleset.ts';
import { describeTarget } from './describe-target.ts';
import type { Step } from './outcome.ts';
import type { IptablesPlace } from './place.ts';
import type { StepBook } from './steps.ts';

/** The walk of one table at one hook, as far as its steps say. */
interface Walk {
  readonly steps: StepBook;
  readonly hook: HookName;
  readonly backend: Backend;
}

/** @returns the step for a rule that matched. */
export function ruleStep(chain: Chain, rule: Rule, { steps, hook, backend }: Walk): Step {
  return steps.at(hook, rule, () => {
    const { action, target } = describeTarget(rule.target);
    return { ...placeOf(chain, backend), rule, event: 'rule', action, target };
  });
}

/** @returns the step for the end of a chain: the policy of a built-in one, the return to the caller of another. */
export function endStep(chain: Chain, { steps, hook, backend }: Walk): Step {
  return steps.at(hook, chain, () => ({
    ...placeOf(chain, backend),
    rule: null,
    event: chain.policy === null ? 'chain-end' : 'policy',
    action: chain.policy === null ? 'return' : chain.policy === 'DROP' ? 'drop' : 'accept',
    target: null,
  }));
}

function placeOf({ table, name }: Chain, backend: Backend): IptablesPlace {
  return { program: 'iptables', backend, table, chain: name };
}
