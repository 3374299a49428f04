import type { Element } from './expression.ts';
import type { NftSet } from './ruleset.ts';

/** @returns a set whose elements are read when they are first asked for. */
export function lazySet(parts: Omit<NftSet, 'elements'>, read: () => readonly Element[]): NftSet {
  let known: readonly Element[] | null = null;
  return {
    ...parts,
    get elements() {
      known ??= read();
      return known;
    },
  };
}
