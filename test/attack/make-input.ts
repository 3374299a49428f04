import { excerpt, mutate, mutateBytes } from './mutate.ts';
import { mutateJson } from './mutate-json.ts';
import type { Parser } from './parser.ts';
import { randomFrom, seedOf } from './random.ts';

/** @returns the input of that number: from the same seed the same one, whatever was tried before it. */
export function makeInput({ name, form, seed }: Parser, run: number, input: number): string {
  const random = randomFrom(seedOf(run, name, input));
  if (form === 'archive') return mutateBytes(Buffer.from(seed, 'latin1'), random).toString('latin1');
  if (form === 'json') return mutateJson(seed, random, 50);
  return mutate(random(100) === 0 ? seed : excerpt(seed, random), random, 50);
}
