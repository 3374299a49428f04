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
}

/** @returns the keys by which the scanner knows what a shape has. */
export function wantedKeysOf(shape: Shape): WantedKeys {
  return {
    keys: Object.entries(shape).map(([key, wanted]) => ({
      bytes: Buffer.from(key),
      isKind: key === 'kind',
      inner: typeof wanted === 'object' ? wantedKeysOf(wanted) : null,
    })),
  };
}
