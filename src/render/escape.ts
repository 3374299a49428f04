/**
 * Captured text can hold anything: a rule comment may carry the control codes that clear a terminal or the marks that
 * reverse the reading order. Whatever is shown passes one of these.
 */

/**
 * C0 and C1 controls, DEL; the marks that steer reading order (U+061C, U+200E-F, U+202A-E, U+2066-9); line and
 * paragraph separators; characters without width that hide differences (U+200B, U+2060, U+FEFF); lone surrogates.
 */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** The same without tab and newline, which a document's own layout uses. */
const UNSAFE_IN_DOCUMENT = new RegExp(
  UNSAFE.source.replace('\\u0000-\\u001f', '\\u0000-\\u0008\\u000b-\\u001f'),
  'g',
);

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** @returns the captured string with each unsafe character as a visible escape: `\x1b`, `\n`, `\u202e`. One line, always. */
export function escapeTerminal(text: string): string {
  return text.replace(UNSAFE, visible);
}

/**
 * @returns text of several lines, as the program made it, safe for a terminal: escapes as above, newlines stay. For
 * messages that were built elsewhere and may quote captured text.
 */
export function escapeLines(text: string): string {
  return text.split('\n').map(escapeTerminal).join('\n');
}

/**
 * @returns a whole JSON document, or YAML whose unsafe strings are double-quoted, with what is unsafe on a terminal
 * as `\uXXXX`; reading it back gives the same values.
 */
export function escapeDocument(text: string): string {
  return text.replace(UNSAFE_IN_DOCUMENT, (character) => `\\u${hex(character, 4)}`);
}

/** @returns true where the string holds a character that is not shown as it is. */
export function isUnsafe(text: string): boolean {
  return text.search(UNSAFE) >= 0;
}

function visible(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  return character.charCodeAt(0) < 0x100 ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`;
}

function hex(character: string, length: number): string {
  return character.charCodeAt(0).toString(16).padStart(length, '0');
}
