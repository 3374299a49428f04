import type { Known } from './question.ts';

/**
 * A spread would read what is read only when asked for: a listing of a million flows, whole.
 * @returns what is known with these parts in place of its own; the others are read when they are asked for, as before.
 */
export function knownBut(known: Known, instead: Partial<Known>): Known {
  return Object.create(Object.prototype, {
    ...Object.getOwnPropertyDescriptors(known),
    ...Object.getOwnPropertyDescriptors(instead),
  }) as Known;
}
