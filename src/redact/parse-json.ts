/** @returns the value, or null where the text is not JSON: half a file is not redacted. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
