import type { Backend, Chain, HookName, Rule } from '../iptables/ruleset.ts';
import { describeTarget } from './describe-target.ts';
import type { Step } from './outcome.ts';
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
    const { table, name } = chain;
    return { program: 'iptables', backend, table, chain: name, rule, event: 'rule', action, target };
  });
}

/** @returns the step for the end of a chain: the policy of a built-in one, the return to the caller of another. */
export function endStep(chain: Chain, { steps, hook, backend }: Walk): Step {
  return steps.at(hook, chain, () => {
    const { table, name, policy } = chain;
    const event = policy === null ? 'chain-end' : 'policy';
    const action = policy === null ? 'return' : policy === 'DROP' ? 'drop' : 'accept';
    return { program: 'iptables', backend, table, chain: name, rule: null, event, action, target: null };
  });
}
