import type { Backend, Chain, HookName, Rule } from '../iptables/ruleset.ts';
import { describeTarget } from './describe-target.ts';
import type { Step } from './outcome.ts';

/** Gives each rule, policy and chain end that some branch passes one {@link Step}, whichever branch comes first. */
export class StepBook {
  readonly #steps: Step[] = [];
  readonly #byHook = new Map<
    HookName,
    { readonly rules: Map<Rule, Step>; readonly ends: Map<Chain, Step> }
  >();

  /** @returns all steps in the order in which they were first met. */
  list(): readonly Step[] {
    return this.#steps;
  }

  /** @returns the step for a rule that matched. */
  rule(hook: HookName, backend: Backend, chain: Chain, rule: Rule): Step {
    const { rules } = this.#at(hook);
    const known = rules.get(rule);
    if (known !== undefined) return known;
    const { action, target } = describeTarget(rule.target);
    const step = this.#add(hook, backend, chain, rule, 'rule', action, target);
    rules.set(rule, step);
    return step;
  }

  /** @returns the step for the end of a chain: the policy of a built-in one, the return to the caller of another. */
  end(hook: HookName, backend: Backend, chain: Chain): Step {
    const { ends } = this.#at(hook);
    const known = ends.get(chain);
    if (known !== undefined) return known;
    const step =
      chain.policy === null
        ? this.#add(hook, backend, chain, null, 'chain-end', 'return', null)
        : this.#add(hook, backend, chain, null, 'policy', chain.policy === 'DROP' ? 'drop' : 'accept', null);
    ends.set(chain, step);
    return step;
  }

  #at(hook: HookName) {
    let maps = this.#byHook.get(hook);
    if (maps === undefined) {
      maps = { rules: new Map(), ends: new Map() };
      this.#byHook.set(hook, maps);
    }
    return maps;
  }

  #add(
    hook: HookName,
    backend: Backend,
    chain: Chain,
    rule: Rule | null,
    event: Step['event'],
    action: string,
    target: string | null,
  ): Step {
    const step: Step = {
      id: this.#steps.length,
      hook,
      backend,
      table: chain.table,
      chain: chain.name,
      rule,
      event,
      action,
      target,
    };
    this.#steps.push(step);
    return step;
  }
}
