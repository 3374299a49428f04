import { fileURLToPath } from 'node:url';

/** @returns the folder of the capture bundled with the program; the same from `src/` and from `dist/`. */
export function demoFolder(): string {
  return fileURLToPath(new URL('../../fixtures/demo', import.meta.url));
}
