import type { ProblemList } from '../problems/problem.ts';
import { parseJson } from './json/parse-json.ts';
import type { NftRuleset } from './ruleset.ts';
import { parseText } from './text/parse-text.ts';

/**
 * Reads what nft listed: `nft -j list ruleset`, or as text `nft [-a] list ruleset|table|chain|set|map`.
 * @param cut true where bytes are known to be missing at the end
 * @returns the rules, or null where it is neither. Never throws.
 */
export function parseNftables(
  bytes: Buffer,
  file: string,
  problems: ProblemList,
  cut = false,
): NftRuleset | null {
  const head = bytes.toString('utf8', 0, 64).trimStart();
  if (head === '') {
    problems.add('empty-input', { what: 'file', looksLike: null, asksForRoot: false }, file);
    return null;
  }
  const json = /^[[{]/.test(head);
  const ruleset = json ? parseJson(bytes, file, problems) : parseText(bytes.toString('utf8'), file, problems);
  if (ruleset === null || !cut || ruleset.cutAt !== null) return ruleset;
  problems.add('truncated', { what: 'nft' }, file);
  return { ...ruleset, cutAt: 1 };
}
