/** Gives each rule, policy and chain end that some branch passes one {@link Step}, whichever branch comes first. */
export class StepBook {
    #steps = [];
    #byHook = new Map();
    /** @returns all steps in the order in which they were first met. */
    list() {
        return this.#steps;
    }
    /**
     * @param met what is passed: a rule for itself, a chain for its policy or its end. One object is one step at a hook.
     * @param describe is called the first time only
     */
    at(hook, met, describe) {
        let known = this.#byHook.get(hook);
        if (known === undefined) {
            known = new Map();
            this.#byHook.set(hook, known);
        }
        let step = known.get(met);
        if (step === undefined) {
            step = { ...describe(), id: this.#steps.length, hook };
            this.#steps.push(step);
            known.set(met, step);
        }
        return step;
    }
}
