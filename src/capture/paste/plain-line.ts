import { kindOfLine, type LineKind } from '../recognise-lines.ts';
import { type DiffSign, type Dress, layersOf, undressed } from './dress.ts';
import { repaired, respelt } from './spelling.ts';

/** A pasted line without what web pages, editors, logs and mail put around it. */
export interface PlainLine {
  readonly text: string;
  /** Null where the line on its own is of no known kind. */
  readonly kind: LineKind | null;
  /** The sign of a diff that it stood behind; `>` is one of mail, too. */
  readonly side: DiffSign | null;
  /** What stood in front of it. */
  readonly dress: Dress;
}

/**
 * @param before what stood in front of the last line that could be told.
 * @returns the line as the tool printed it, as far as that can be told.
 */
export function plainLine(raw: string, before: Dress): PlainLine {
  const line = repaired(raw);
  const inner = before.length === 0 ? null : undressed(line, before);
  if (inner !== null) {
    const known = toldOf(inner.text) ?? toldOf(inner.text.trim());
    if (known !== null || inner.text.trim() === '') return { ...inner, kind: null, ...known };
  }
  const own = kindOfLine(line);
  if (own !== null) return { text: line, kind: own, side: null, dress: [] };
  for (const { text, dress, side } of layersOf(line)) {
    const known = toldOf(text);
    if (known !== null) return { ...known, side, dress };
  }
  return { ...(inner ?? { text: line, side: null, dress: [] }), kind: null };
}

/** @returns the line as the tool spells it, with its kind; null where it has none. */
function toldOf(text: string): { readonly text: string; readonly kind: LineKind } | null {
  const own = kindOfLine(text);
  if (own !== null) return { text, kind: own };
  const spelt = respelt(text);
  const kind = isBareHead(spelt) ? 'iptables-listing' : kindOfLine(spelt);
  return kind === null ? null : { text: spelt, kind };
}

/** The head of a listing's chain as a person types it. */
function isBareHead(text: string): boolean {
  return /^Chain \S+$/.test(text);
}

/** @returns the line of an address or a route, also one that cannot be read, as which that of net-tools was read. */
export function told(modern: string): PlainLine {
  return { text: modern, kind: /^1: /.test(modern) ? 'ip-addr' : 'ip-route', side: null, dress: [] };
}
