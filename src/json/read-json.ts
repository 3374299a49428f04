import type { ProblemList } from '../problems/problem.ts';
import { type Fields, isFields } from './fields.ts';

/** No tool nests its output deeper than some twenty levels; what goes through a value calls itself for each. */
const DEEPEST = 500;
/** What is shorter cannot be nested so deep that a stack ends. */
const SHORT = 4_000;

/** @returns the value, or undefined where the text is not JSON as a whole, or is nested deeper than any tool's output. */
export function parseJson(text: string): unknown {
  if (text.length > SHORT && isDeep(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** @returns the parsed text, or undefined (with a problem) where it is empty, truncated or no JSON. */
export function readJson(text: string, file: string, problems: ProblemList): unknown {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') {
    problems.add('empty-input', { what: 'file', looksLike: null, asksForRoot: false }, file);
    return undefined;
  }
  const value = parseJson(trimmed);
  if (value === undefined) {
    const cut = !/[\]}]$/.test(trimmed);
    if (cut) problems.add('truncated', { what: 'json' }, file);
    else problems.add('unreadable-json', { what: 'file' }, file);
  }
  return value;
}

/**
 * Reads the array of objects that `ip -j …` prints.
 * @returns the objects, or null where the text as a whole cannot be read: half a list must not pass for all of it.
 */
export function readJsonObjects(text: string, file: string, problems: ProblemList): Fields[] | null {
  const value = readJson(text, file, problems);
  if (value === undefined) return null;
  if (!Array.isArray(value)) {
    problems.add('unexpected-json', { what: 'no-list' }, file);
    return null;
  }
  const objects: Fields[] = [];
  for (const item of value) {
    if (!isFields(item)) problems.add('unexpected-json', { what: 'no-object' }, file);
    else if (Object.keys(item).length > 0) objects.push(item);
  }
  return objects;
}

const QUOTE = 34;
const BACKSLASH = 92;

function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // `[` and `{`, `]` and `}` differ by one bit.
    if (code === QUOTE) at = endOfString(text, at + 1);
    else if ((code | 32) === 123 && ++depth > DEEPEST) return true;
    else if ((code | 32) === 125) depth--;
  }
  return false;
}

function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}
