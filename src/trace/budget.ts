import type { Condition } from './outcome.ts';

/** Bounds how many ways a packet is followed, so that a hostile or very uncertain rule set cannot run forever. */
export class Budget {
  readonly #limit: number;
  #left: number;

  /** @param limit how many branches may be opened in all. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#left = limit;
  }

  /** @returns false once the limit is reached; takes so many branches otherwise. */
  take(count: number): boolean {
    if (count > this.#left) return false;
    this.#left -= count;
    return true;
  }

  /** @returns how many branches were taken. */
  used(): number {
    return this.#limit - this.#left;
  }

  /** @returns why a branch was not followed. */
  exhausted(): Condition {
    return {
      code: 'too-many-ways',
      text: `more than ${this.#limit} ways were open; this one was not followed`,
      settle: 'narrow the question: --from ADDRESS, --source-port, --in-interface',
    };
  }
}
