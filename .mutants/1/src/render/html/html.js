import { escapeLines } from '../escape.js';
/** Text that is HTML already: only {@link html} and {@link trusted} make it. */
export class Html {
    text;
    constructor(text) {
        this.text = text;
    }
}
/** @returns the template as HTML; every string in it is escaped, for text and for quoted attributes alike. */
export function html(parts, ...values) {
    return new Html(parts.map((part, index) => part + textOf(values[index] ?? null)).join(''));
}
/** @returns text of the program's own as HTML, unescaped: styles and scripts. Nothing captured may pass here. */
export function trusted(text) {
    return new Html(text);
}
/**
 * The escape function of HTML: no character of it has a meaning any more, in an element or a quoted attribute. Marks that
 * reverse the reading order become visible, as on a terminal; newlines stay.
 */
export function escapeHtml(text) {
    return escapeLines(text)
        .replace(/&/g, '&amp;')
        .replace(/</g, '&lt;')
        .replace(/>/g, '&gt;')
        .replace(/"/g, '&quot;')
        .replace(/'/g, '&#39;')
        .replace(/`/g, '&#96;');
}
/** @returns plain data as JSON that no HTML parser takes for markup, for a script element of type `application/json`. */
export function jsonInHtml(value) {
    const text = JSON.stringify(value);
    return trusted(text.replace(/[<>&\u2028\u2029\ud800-\udfff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`));
}
function textOf(value) {
    if (value === null || value === false)
        return '';
    if (value instanceof Html)
        return value.text;
    if (typeof value === 'string')
        return escapeHtml(value);
    if (typeof value === 'number')
        return String(value);
    return value.map(textOf).join('');
}
