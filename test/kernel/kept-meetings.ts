import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Meeting } from './run-case.ts';

/** The packets of one rule set, and what the kernel did with them. */
export interface KeptCase {
  readonly lane: string;
  readonly seed: number;
  readonly meetings: readonly Meeting[];
}

/**
 * Writes cases to a file, for {@link keptIn}. Of each: four bytes of length, and that many of a zipped value, in which what several
 * packets have in common (the node, the rules) stands once.
 */
export class CaseFile {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  add(kept: KeptCase): void {
    const zipped = gzipSync(serialize(kept), { level: 1 });
    const length = Buffer.alloc(4);
    length.writeUInt32LE(zipped.length);
    writeSync(this.#file, Buffer.concat([length, zipped]));
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** @returns the cases of a file, one by one; the last one may be cut off where the run that wrote it was interrupted. */
export function* keptIn(path: string): Generator<KeptCase> {
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const length = piece(file, 4)?.readUInt32LE();
      const zipped = length === undefined ? null : piece(file, length);
      if (zipped === null) return;
      // What CaseFile wrote.
      yield deserialize(gunzipSync(zipped)) as KeptCase;
    }
  } finally {
    closeSync(file);
  }
}

function piece(file: number, length: number): Buffer | null {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(file, bytes, filled, length - filled, null);
    if (read === 0) return null;
    filled += read;
  }
  return bytes;
}
