import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Parts of the program that lie in one executable with it (bin/single.cjs). */
interface PartsInside {
  readonly read: (path: string) => Buffer | null;
  /** @returns the paths of all files below the folder. */
  readonly list: (folder: string) => string[];
}

/** @returns the parts of a single executable; null where the package lies in a folder, as npm has it. */
export function partsInside(): PartsInside | null {
  const parts: unknown = Reflect.get(globalThis, Symbol.for('kp-explain.files'));
  return isParts(parts) ? parts : null;
}

function isParts(value: unknown): value is PartsInside {
  return typeof value === 'object' && value !== null && 'read' in value && 'list' in value;
}

/** @returns where a file of the package lies; the same from `src/` and from `dist/`. */
export function ownPath(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** @returns a file of the package, such as `docs/findings/KP101.md`; null where it has none. */
export function readOwnFile(path: string): Buffer | null {
  const inside = partsInside();
  if (inside !== null) return inside.read(path);
  const file = ownPath(path);
  return existsSync(file) ? readFileSync(file) : null;
}
