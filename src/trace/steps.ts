import type { HookName } from '../iptables/ruleset.ts';
import type { Step } from './outcome.ts';

/** Gives each rule, policy and chain end that some branch passes one {@link Step}, whichever branch comes first. */
export class StepBook {
  readonly #steps: Step[] = [];
  readonly #byHook = new Map<HookName, Map<object, Step>>();

  /** @returns all steps in the order in which they were first met. */
  list(): readonly Step[] {
    return this.#steps;
  }

  /**
   * @param met what is passed: a rule for itself, a chain for its policy or its end. One object is one step at a hook.
   * @param describe is called the first time only, with the step's number
   */
  at(hook: HookName, met: object, describe: (id: number) => Step): Step {
    let known = this.#byHook.get(hook);
    if (known === undefined) {
      known = new Map();
      this.#byHook.set(hook, known);
    }
    let step = known.get(met);
    if (step === undefined) {
      step = describe(this.#steps.length);
      this.#steps.push(step);
      known.set(met, step);
    }
    return step;
  }
}
