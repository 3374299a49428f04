/** A JSON object of which nothing is known yet. */
export type Json = Readonly<Record<string, unknown>>;

/** @returns the value where it is an object, else null. */
export function asObject(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

/** @returns the string at a key, else null. */
export function stringAt(object: Json, key: string): string | null {
  const value = object[key];
  return typeof value === 'string' ? value : null;
}

/** @returns the number at a key, else null. */
export function numberAt(object: Json, key: string): number | null {
  const value = object[key];
  return typeof value === 'number' ? value : null;
}

/** nft prints one flag as a string and several as a list. @returns them all. */
export function wordsAt(object: Json, key: string): string[] {
  const value = object[key];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
