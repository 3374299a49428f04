import type { Problem } from '../problems/problem.ts';
import { escapeTerminal } from './escape.ts';

/** What `--explain-input` says. */
export interface InputList {
  readonly apiVersion: 'kp-explain/v1';
  readonly kind: 'InputList';
  readonly items: readonly InputItem[];
  readonly problems: readonly Problem[];
}

/** What one input was recognised as. */
export interface InputItem {
  readonly file: string;
  readonly bytes: number;
  readonly kind: string;
  readonly family: string | null;
  /** What an input of no known kind looks like. */
  readonly looksLike: string | null;
  /** What each line of a paste was taken for; null for the clean output of a tool. */
  readonly lines:
    | readonly { readonly from: number; readonly to: number; readonly as: string; readonly text: string }[]
    | null;
}

/** Characters of the first line that are shown. */
const SHOWN = 70;

/** @returns each input with what it was recognised as, and a paste line by line. */
export function renderInputText({ items }: Pick<InputList, 'items'>): string {
  return items.map(itemText).join('');
}

function itemText({ file, kind, family, looksLike, lines }: InputItem): string {
  const name = escapeTerminal(file);
  if (lines === null) {
    const looks = looksLike === null ? '' : ` (${escapeTerminal(looksLike)})`;
    return `${name}: ${kind === 'unknown' ? 'not recognised' : kind}${family === null ? '' : `, ${family}`}${looks}\n`;
  }
  const rows = lines.map(({ from, to, as, text }) => ({
    place: from === to ? `${from}` : `${from}-${to}`,
    as: as === 'passed-over' ? 'passed over' : as,
    text: escapeTerminal(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text),
  }));
  const wide = (pick: (row: (typeof rows)[number]) => string): number =>
    Math.max(0, ...rows.map((row) => pick(row).length));
  const place = wide((row) => row.place);
  const as = wide((row) => row.as);
  const body = rows.map((row) => `  ${row.place.padEnd(place)}  ${row.as.padEnd(as)}  ${row.text}\n`);
  return `${name}: a paste, read line by line\n${body.join('')}`;
}
