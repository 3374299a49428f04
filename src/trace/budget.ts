import type { Reason } from './reason.ts';

/**
 * Bounds how much is written down of a packet's ways, so that a hostile or very uncertain rule set runs neither forever
 * nor out of memory. The unit is what it costs to tell a way, see `costOf`.
 */
export class Budget {
  readonly #limit: number;
  #left: number;

  /** @param limit what all ways may cost together. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#left = limit;
  }

  /** @returns false once the limit is reached; takes so much otherwise. */
  take(count: number): boolean {
    if (count > this.#left) return false;
    this.#left -= count;
    return true;
  }

  /** @returns what was taken. */
  used(): number {
    return this.#limit - this.#left;
  }

  /** @returns why a branch was not followed. */
  exhausted(): Reason {
    return { code: 'too-many-ways' };
  }
}
