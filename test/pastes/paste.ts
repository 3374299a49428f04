import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Run, run } from '../cli/run-main.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/pastes');

/** @returns one of the pastes, as text. */
export function readPaste(name: string): string {
  return readFileSync(join(FOLDER, `${name}.txt`), 'utf8');
}

/** Runs the program with a paste on standard input. */
export async function ask(stdin: string, ...argv: readonly string[]): Promise<Run> {
  return await run([...argv, '-f', '-'], { stdin });
}

/** @returns the answer of `trace --detail answer` without what is taken for granted. */
export async function answerTo(stdin: string, ...argv: readonly string[]): Promise<string> {
  const { out } = await ask(stdin, 'trace', ...argv, '--detail', 'answer');
  return out.split('\ntaken for granted')[0] ?? '';
}
