import { escapeLines } from '../escape.ts';

/** Text that is HTML already: only {@link html} and {@link trusted} make it. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What stands in a template: a string is escaped, a list is joined, null and false are nothing. */
export type HtmlValue = string | number | Html | readonly HtmlValue[] | null | false;

/** @returns the template as HTML; every string in it is escaped, for text and for quoted attributes alike. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.map((part, index) => part + textOf(values[index] ?? null)).join(''));
}

/** @returns text of the program's own as HTML, unescaped: styles and scripts. Nothing captured may pass here. */
export function trusted(text: string): Html {
  return new Html(text);
}

/**
 * The escape function of HTML: no character of it has a meaning any more, in an element or a quoted attribute. Marks that
 * reverse the reading order become visible, as on a terminal; newlines stay.
 */
export function escapeHtml(text: string): string {
  return escapeLines(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;')
    .replace(/`/g, '&#96;');
}

/** @returns plain data as JSON that no HTML parser takes for markup, for a script element of type `application/json`. */
export function jsonInHtml(value: unknown): Html {
  const text = JSON.stringify(value);
  return trusted(
    text.replace(
      /[<>&\u2028\u2029\ud800-\udfff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
}

function textOf(value: HtmlValue): string {
  if (value === null || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return value.map(textOf).join('');
}
