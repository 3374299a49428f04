import { isAbsolute, join } from 'node:path';
import type { Fields } from '../../json/fields.ts';

/** An entry of `clusters`, `users` or `contexts`, with the folder that its relative paths start from. */
export interface NamedEntry {
  readonly fields: Fields;
  readonly folder: string;
}

/** @returns the path, relative ones from the folder of the kubeconfig that holds them. */
export function pathFrom(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}
