import type { Block, Row } from './listing/block.ts';
import type { TableName } from './ruleset.ts';

/** What a caller knows of chains by who writes them; the readers here know none but the built-in ones. */
export interface KnownChains {
  /** @returns the one table that has a chain of this name; null where several may. */
  readonly tableOf: (chain: string) => TableName | null;
  /** @returns the table that a jump to this chain stands in, as far as the rule's text tells; null where it does not. */
  readonly tableOfJump: (target: string, text: string) => TableName | null;
  /** @returns true where a chain of this name, without more evidence, is more likely of nat than of filter. */
  readonly isLikelyOfNat: (chain: string) => boolean;
  /** @returns true where the rules in a chain, and a jump from a built-in chain to one, are never written with an interface. */
  readonly isWithoutInterfaces: (chain: string) => boolean;
  readonly isEnteredWithoutInterfaces: (chain: string) => boolean;
  /** @returns true where who makes a chain of this name never leaves it without rules. */
  readonly isNeverEmpty: (chain: string) => boolean;
  /** @returns true where who writes a chain of this name gives each of its rules that asks anything a target: a line without one was cut. */
  readonly isAlwaysTargeted: (chain: string) => boolean;
  /** Chains of one table of which who makes either always makes both. */
  readonly madeTogether: readonly (readonly [string, string])[];
  /** Finds the chains of rows that were picked from a listing without their heads. */
  readonly adoptRows: (rows: readonly Row[]) => {
    readonly blocks: readonly Block[];
    readonly left: readonly Row[];
  };
}

/** Of a caller that knows none. */
export const NO_CHAINS: KnownChains = {
  tableOf: () => null,
  tableOfJump: () => null,
  isLikelyOfNat: () => false,
  isWithoutInterfaces: () => false,
  isEnteredWithoutInterfaces: () => false,
  isNeverEmpty: () => false,
  isAlwaysTargeted: () => false,
  madeTogether: [],
  adoptRows: (rows) => ({ blocks: [], left: rows }),
};
