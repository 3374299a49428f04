import { escapeDocument } from './escape.js';
/**
 * @param value plain data; Maps and bigints are not, and make JSON.stringify lose or refuse them.
 * @returns the document, indented by two, with a newline at its end; safe to print on a terminal.
 */
export function renderJson(value) {
    return `${escapeDocument(JSON.stringify(value, null, 2))}\n`;
}
