/** A number from 0 to below `sides`. */
export type Roll = (sides: number) => number;

/** A small generator of numbers, so that a failing paste can be made again. */
export function dice(seed: number): Roll {
  let state = Math.imul(seed, 2654435761) >>> 0;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** @returns one of these. */
export const pick = <T>(items: readonly T[], roll: Roll): T => items[roll(items.length)] as T;

/** What somebody does to lines before others see them; the command is what printed them. */
export type Change = (lines: string[], roll: Roll, command: string) => string[];
