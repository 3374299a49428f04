import { escapeDocument } from './escape.ts';

/**
 * @param value plain data; Maps and bigints are not, and make JSON.stringify lose or refuse them.
 * @returns the document, indented by two, with a newline at its end; safe to print on a terminal.
 */
export function renderJson(value: unknown): string {
  return `${escapeDocument(JSON.stringify(value, null, 2))}\n`;
}
