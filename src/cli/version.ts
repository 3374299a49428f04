import { readOwnFile } from '../capture/own-files.ts';

/** @returns the version in the package's own package.json. */
export function readVersion(): string {
  const text = readOwnFile('package.json')?.toString('utf8') ?? '';
  return /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? 'unknown';
}
