import type { Unknown } from './answer.ts';

/**
 * Remembers questions that came up only after chance had split the packet's ways. Shares are given for each set of
 * conditions, so such a question must be asked before the dice: the trace is run again with it settled either way.
 */
export class Questions {
  readonly #late = new Map<string, Unknown>();

  /** Notes a question met by a branch of this probability. */
  met(question: Unknown, probability: number): void {
    if (probability < 1 && !this.#late.has(question.key)) this.#late.set(question.key, question);
  }

  /** @returns the questions that came late, in the order in which they came. */
  late(): readonly Unknown[] {
    return [...this.#late.values()];
  }
}
