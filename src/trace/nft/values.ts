import type { PartlyKnown } from '../../rules/value-set.ts';
import type { Unknown } from '../answer.ts';
import type { Bits } from './header-bits.ts';

/** What a field holds: a number (an address too), or the name of a device, a helper or a kind. */
export type Value = bigint | string;

/** Values that a constant of a rule stands for. */
export type Pattern =
  | { readonly kind: 'range'; readonly from: bigint; readonly to: bigint }
  /** `prefix`: `eth*`. */
  | { readonly kind: 'name'; readonly text: string; readonly prefix: boolean };

/** What is known of a field of one packet. */
export type Reading =
  | { readonly kind: 'known'; readonly value: Value }
  /** The packet has no such field: the rule breaks, whatever it compares with. */
  | { readonly kind: 'absent' }
  /** A number of which some bits are known: of 128, those in front of a field are 0. */
  | { readonly kind: 'partly'; readonly bits: bigint; readonly known: bigint }
  /** `ask` makes a question of it that says more than the rule's own words, where there is one. */
  | {
      readonly kind: 'open';
      readonly ask?: (patterns: readonly Pattern[]) => 'yes' | 'no' | Unknown | null;
    }
  /** Any of `modulus` numbers from `offset`, all alike. */
  | { readonly kind: 'chance'; readonly modulus: number; readonly offset: number };

/** Stands for all bits known. */
export const EVERY = (1n << 128n) - 1n;

/** @returns a reading that is known. */
export function known(value: Value | number | boolean): Reading {
  return { kind: 'known', value: typeof value === 'string' ? value : BigInt(value) };
}

/** @returns a number of so many bits, as far as they are known. */
export function readBits({ bits, known: told }: PartlyKnown, width = 32): Reading {
  return readWide({ bits: BigInt(bits >>> 0), known: BigInt(told >>> 0) }, width);
}

/** The same of any width. */
export function readWide({ bits, known: told }: Bits, width: number): Reading {
  const all = (1n << BigInt(width)) - 1n;
  const here = told & all;
  if (here === all) return known(bits & all);
  if (here === 0n && width >= 32) return OPEN;
  return { kind: 'partly', bits: bits & here, known: here | (EVERY & ~all) };
}

/** The packet has no such field. */
export const ABSENT: Reading = { kind: 'absent' };

/** Nobody knows, and the rule's own words say what. */
export const OPEN: Reading = { kind: 'open' };

/** @returns the pattern of one number. */
export function exactly(value: bigint): Pattern {
  return { kind: 'range', from: value, to: value };
}

/** @returns true where the pattern stands for one value alone. */
export function isExact(pattern: Pattern): boolean {
  return pattern.kind === 'name' ? !pattern.prefix : pattern.from === pattern.to;
}

/** @returns true where the value is one of the pattern's. */
export function fits(pattern: Pattern, value: Value): boolean {
  if (pattern.kind === 'range')
    return typeof value === 'bigint' && value >= pattern.from && value <= pattern.to;
  if (typeof value !== 'string') return false;
  return pattern.prefix ? value.startsWith(pattern.text) : value === pattern.text;
}
