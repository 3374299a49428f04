import type { Table } from '../ruleset.ts';

/** What stands around a table in its dump and means nothing to the rules, kept so that printing is exact. */
export interface Trivia {
  readonly bytes: Buffer;
  /** Comments and blank lines before the table, as byte positions. */
  readonly before: readonly [from: number, to: number];
  /** For the dump's last table: what follows it. */
  readonly after: readonly [from: number, to: number];
  readonly newline: '\n' | '\r\n';
  readonly form: 'save' | 'rules-listing';
  /** False where the dump was cut off before COMMIT. */
  readonly committed: boolean;
}

const trivia = new WeakMap<Table, Trivia>();

/** Remembers what stands around a table. */
export function keepTrivia(table: Table, kept: Trivia): void {
  trivia.set(table, kept);
}

/** @returns what stood around the table, or null for a table that was not read from a dump. */
export function triviaOf(table: Table): Trivia | null {
  return trivia.get(table) ?? null;
}
