import type { Unknown } from './answer.ts';

/**
 * Remembers a question that came up only after chance had split the packet's ways. Shares are given for each set of
 * conditions, so such a question must be asked before the dice: the trace is run again with it settled either way.
 */
export class Questions {
  #late: Unknown | null = null;

  /** Notes a question met by a branch of this probability. */
  met(question: Unknown, probability: number): void {
    if (probability < 1 && this.#late === null) this.#late = question;
  }

  /** @returns the first question that came late, or null. */
  late(): Unknown | null {
    return this.#late;
  }
}
