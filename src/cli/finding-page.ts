import { readOwnFile } from '../capture/own-files.ts';

/** @returns the page of a finding, as Markdown; null where the package has none. */
export function readFindingPage(code: string): string | null {
  return readOwnFile(`docs/findings/${code}.md`)?.toString('utf8') ?? null;
}
