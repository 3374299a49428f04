import type { ProblemList } from '../problems/problem.ts';

/** One object of `ip -j` or `nft -j`, not yet trusted. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads the array of objects that `ip -j …` prints.
 * @returns the objects, or null where the text as a whole cannot be read: half a list must not pass for all of it.
 */
export function readJsonObjects(text: string, file: string, problems: ProblemList): JsonObject[] | null {
  const value = readJson(text, file, problems);
  if (value === undefined) return null;
  if (!Array.isArray(value)) {
    problems.add('unexpected-json', 'a JSON list was expected', file);
    return null;
  }
  const objects: JsonObject[] = [];
  for (const item of value) {
    const object = asObject(item);
    if (object === null) problems.add('unexpected-json', 'an entry of the list is not an object', file);
    else if (Object.keys(object).length > 0) objects.push(object);
  }
  return objects;
}

/** @returns the parsed text, or undefined (with a problem) where it is empty, truncated or no JSON. */
export function readJson(text: string, file: string, problems: ProblemList): unknown {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') {
    problems.add('empty-input', 'the file is empty', file);
    return undefined;
  }
  try {
    return JSON.parse(trimmed) as unknown;
  } catch {
    const cut = !/[\]}]$/.test(trimmed);
    if (cut) problems.add('truncated', 'the JSON ends in the middle; the file is not used', file);
    else problems.add('unreadable-json', 'the text is not valid JSON; the file is not used', file);
    return undefined;
  }
}

/** @returns the value as an object, or null where it is something else. */
export function asObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** @returns the members of a list that are objects; nothing where the value is no list. */
export function asObjects(value: unknown): JsonObject[] {
  if (!Array.isArray(value)) return [];
  return value.map(asObject).filter((item) => item !== null);
}

/** @returns the member as text, or null. */
export function textOf(object: JsonObject, key: string): string | null {
  const value = object[key];
  return typeof value === 'string' ? value : null;
}

/** @returns the member as a whole, non-negative number, also from text in decimal or `0x…`; else null. */
export function numberOf(object: JsonObject, key: string): number | null {
  const value = object[key];
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : null;
  if (typeof value === 'string' && /^(0x[0-9a-fA-F]{1,12}|\d{1,15})$/.test(value)) return Number(value);
  return null;
}

/** @returns the strings of a list member; nothing where it is no list. */
export function textsOf(object: JsonObject, key: string): string[] {
  const value = object[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
