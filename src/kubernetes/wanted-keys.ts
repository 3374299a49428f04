import type { Shape } from './shape.ts';

/** The keys of a shape, as they stand in JSON. */
export interface WantedKeys {
  readonly keys: readonly WantedKey[];
}

/** A key, and what is wanted of its value. */
export interface WantedKey {
  readonly bytes: Uint8Array;
  readonly isKind: boolean;
  /** What is wanted of the object, or of each object of a list, that the key stands for; null: all of it. */
  readonly inner: WantedKeys | null;
  /** One bit, another for each key of an object. */
  readonly bit: number;
  /** What its text, or each text of its list, is noted as; 0: not at all. */
  readonly mark: number;
  /** What its value must be, so that what is noted is what a reader finds; null where nothing in it is noted. */
  readonly form: 'one' | 'list' | null;
}

/**
 * Which texts of an object the scanner notes, and as what: a number, not 0, stands for a text, an object for an object's keys, and either
 * in brackets for each of a list.
 */
export interface Marks {
  readonly [key: string]: number | Marks | readonly [number | Marks];
}

/** @returns the keys by which the scanner knows what a shape has. @param marks no keys but those of the shape */
export function wantedKeysOf(shape: Shape, marks: Marks = {}): WantedKeys {
  return {
    keys: Object.entries(shape).map(([key, wanted], index) => {
      const noted = Object.hasOwn(marks, key) ? marks[key] : undefined;
      const isList = Array.isArray(noted);
      const each: unknown = isList ? noted[0] : noted;
      const inner = typeof each === 'object' ? (each as Marks) : {};
      return {
        bytes: Buffer.from(key),
        isKind: key === 'kind',
        inner: typeof wanted === 'object' ? wantedKeysOf(wanted, inner) : null,
        bit: 1 << index,
        mark: typeof each === 'number' ? each : 0,
        form: noted === undefined ? null : isList ? 'list' : 'one',
      };
    }),
  };
}
