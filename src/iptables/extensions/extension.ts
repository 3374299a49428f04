import type { Family } from '../../net/address.ts';
import type { Match } from '../match.ts';
import { formatPart, type Part, type TargetSyntax } from '../part.ts';
import type { Target } from '../target.ts';

/** What a rule's options mean depends on the table's family (`icmp` types, REJECT's default, addresses). */
export interface Context {
  readonly family: Family;
}

/**
 * How many values each option takes; -1 for all words up to the next option. Names are those iptables-save prints and
 * the long names and aliases of iptables-extensions(8), version 1.8.9.
 */
export type Arity = Readonly<Record<string, number>>;

/** A match extension, `-m NAME`. */
export interface MatchModule {
  readonly arity: Arity;
  /**
   * @param parts the options of one `-m NAME`, in order.
   * @returns what they ask, or null where they cannot be read: the whole module is then unrecognised.
   */
  readonly read: (parts: readonly Part[], context: Context) => readonly Match[] | null;
}

/** A target extension, `-j NAME`. */
export interface TargetModule {
  readonly arity: Arity;
  /** @returns what the target does, or null where its options cannot be read. */
  readonly read: (target: TargetSyntax, context: Context) => Target | null;
}

/** Reads one option of a module; null where its value cannot be read. */
export type OptionReader = (part: Part, context: Context) => Match | null;

/** An option by itself: how many values it takes and what it asks. */
export type Option = readonly [arity: number, read: OptionReader];

/**
 * A module whose options are tests of their own, each with its own `!`.
 * @param needsOption false for modules that mean something (usually nothing more than `-p`) without any option.
 */
export function independent(options: Readonly<Record<string, Option>>, needsOption = true): MatchModule {
  const arity = Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option[0]]));
  return {
    arity,
    read: (parts, context) => {
      if (parts.length === 0) return needsOption ? null : [];
      return parts.map((part) => options[part.flag.text]?.[1](part, context) ?? unrecognisedPart(part));
    },
  };
}

/** The same option under all its names: `--sport` and `--source-port`. */
export function named(names: readonly string[], option: Option): Readonly<Record<string, Option>> {
  return Object.fromEntries(names.map((name) => [name, option]));
}

/** @returns the match for an option that cannot be read: evaluated as unknown, never dropped. */
export function unrecognisedPart(part: Part): Match {
  return { kind: 'unrecognised', negated: isNegated(part), text: formatPart(part).trimStart() };
}

/** @returns true where the option has a `!`. */
export function isNegated(part: Part): boolean {
  return part.bang !== null;
}

/** @returns the first value of an option, or '' where the line was cut short. */
export function valueText(part: Part): string {
  return part.values[0]?.text ?? '';
}

/** @returns the option with this name, or null. The last one where it stands twice, as getopt overwrites. */
export function findPart(parts: readonly Part[], ...names: readonly string[]): Part | null {
  let found: Part | null = null;
  for (const part of parts) if (names.includes(part.flag.text)) found = part;
  return found;
}

/** @returns a module with its options as text: `limit --limit 3/min`. */
export function textOf(name: string, parts: readonly Part[]): string {
  let text = name;
  for (const part of parts) text += formatPart(part);
  return text;
}

/** @returns a target as text, with words that are none of its options: `DNAT [unsupported revision]`. */
export function targetText(target: TargetSyntax): string {
  return textOf(target.name, [...target.parts, ...target.strays]);
}
