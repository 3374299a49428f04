/**
 * Remembers questions that came up only after chance had split the packet's ways. Shares are given for each set of
 * conditions, so such a question must be asked before the dice: the trace is run again with it settled either way.
 */
export class Questions {
    #late = new Map();
    /** Notes a question met by a branch of this probability. */
    met(question, probability) {
        if (probability < 1 && !this.#late.has(question.key))
            this.#late.set(question.key, question);
    }
    /** @returns the questions that came late, in the order in which they came. */
    late() {
        return [...this.#late.values()];
    }
}
