import { BACKSLASH, CLOSE, CLOSE_LIST, INVALID, OPEN, OPEN_LIST, QUOTE } from './json-walker.ts';

/** @returns the place of the quote that ends the text which begins with this one; behind all where none does. */
export function closingQuote(bytes: Buffer, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

/** @returns the place behind what this bracket opens, by brackets alone; {@link INVALID} where they do not pair. */
export function closingBracket(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = closingQuote(bytes, at);
    else if (byte === OPEN || byte === OPEN_LIST) {
      if (depth === 0 && byte === OPEN && at > start) return INVALID;
      depth++;
    } else if (byte === CLOSE || byte === CLOSE_LIST) {
      depth--;
      if (depth < 0) return INVALID;
      if (depth === 0 && byte === CLOSE) return at + 1;
    }
  }
  return INVALID;
}
