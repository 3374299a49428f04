import type { Backend, Chain, HookName, Rule } from '../iptables/ruleset.ts';
import { describeTarget } from './describe-target.ts';
import type { IptablesStep, Step } from './outcome.ts';
import type { StepBook } from './steps.ts';

/** The walk of one table at one hook, as far as its steps say. */
interface Walk {
  readonly steps: StepBook;
  readonly hook: HookName;
  readonly backend: Backend;
}

type Told = Omit<IptablesStep, 'id' | 'hook'>;

/** Described once for all packets: a survey sends thousands past the same rules. */
const TOLD = new WeakMap<Rule | Chain, Told>();

/** @returns the step for a rule that matched. */
export function ruleStep(chain: Chain, rule: Rule, { steps, hook, backend }: Walk): Step {
  return steps.at(hook, rule, (id) => {
    const text = told(rule, backend, () => {
      const { action, target } = describeTarget(rule.target);
      const { table, name } = chain;
      return { program: 'iptables', backend, table, chain: name, rule, event: 'rule', action, target };
    });
    return stepOf(id, hook, text);
  });
}

/** @returns the step for the end of a chain: the policy of a built-in one, the return to the caller of another. */
export function endStep(chain: Chain, { steps, hook, backend }: Walk): Step {
  return steps.at(hook, chain, (id) => {
    const text = told(chain, backend, () => {
      const { table, name, policy } = chain;
      const event = policy === null ? 'chain-end' : 'policy';
      const action = policy === null ? 'return' : policy === 'DROP' ? 'drop' : 'accept';
      return { program: 'iptables', backend, table, chain: name, rule: null, event, action, target: null };
    });
    return stepOf(id, hook, text);
  });
}

function told(met: Rule | Chain, backend: Backend, describe: () => Told): Told {
  const known = TOLD.get(met);
  if (known?.backend === backend) return known;
  const text = describe();
  TOLD.set(met, text);
  return text;
}

/** Field by field: of the 30,000 steps of 5,000 endpoints a spread with two more fields took three times the memory. */
function stepOf(id: number, hook: HookName, text: Told): IptablesStep {
  const { program, backend, table, chain, rule, event, action, target } = text;
  return { program, backend, table, chain, rule, event, action, target, id, hook };
}
