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
  return steps.at(hook, rule, (id) => stepOf(id, hook, told(rule, backend) ?? ofRule(chain, rule, backend)));
}

/** @returns the step for the end of a chain: the policy of a built-in one, the return to the caller of another. */
export function endStep(chain: Chain, { steps, hook, backend }: Walk): Step {
  return steps.at(hook, chain, (id) => stepOf(id, hook, told(chain, backend) ?? ofEnd(chain, backend)));
}

/** Written out: a Service of 5,000 endpoints has 30,000 steps. */
function stepOf(id: number, hook: HookName, text: Told): IptablesStep {
  const { program, backend, table, chain, rule, event, action, target } = text;
  return { program, backend, table, chain, rule, event, action, target, id, hook };
}

function told(met: Rule | Chain, backend: Backend): Told | null {
  const known = TOLD.get(met);
  return known?.backend === backend ? known : null;
}

function ofRule({ table, name }: Chain, rule: Rule, backend: Backend): Told {
  const { action, target } = describeTarget(rule.target);
  const text = {
    program: 'iptables',
    backend,
    table,
    chain: name,
    rule,
    event: 'rule',
    action,
    target,
  } as const;
  TOLD.set(rule, text);
  return text;
}

function ofEnd(chain: Chain, backend: Backend): Told {
  const { table, name, policy } = chain;
  const event = policy === null ? 'chain-end' : 'policy';
  const action = policy === null ? 'return' : policy === 'DROP' ? 'drop' : 'accept';
  const text = {
    program: 'iptables',
    backend,
    table,
    chain: name,
    rule: null,
    event,
    action,
    target: null,
  } as const;
  TOLD.set(chain, text);
  return text;
}
