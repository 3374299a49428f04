import { lengthOf, wrap } from './wrap.ts';

/** A column: its heading, and the most characters it may take where the width is limited. */
export interface Column {
  readonly heading: string;
  /** Where the table is too wide, columns with a limit are cut to it first; the last column is wrapped in what is left. */
  readonly limit: number | null;
}

const GAP = 2;
const UNDER = '    ';

/** Columns in which the last column's text is still readable; with less it goes under its row. */
const READABLE = 28;

/**
 * Lays out rows under headings, without borders. A row takes one line, and more where its last cell does not fit.
 * @param rows escaped text, uncoloured, as many cells as there are columns.
 * @param width characters a line may take; null: no limit (output to a file or a pipe).
 * @param paint may colour a cell (row -1 are the headings); what it adds takes no room.
 * @returns the lines, each with its newline.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | null,
  paint: (text: string, row: number, column: number) => string = (text) => text,
): string {
  const natural = columns.map(({ heading }, index) =>
    rows.reduce((most, row) => Math.max(most, lengthOf(row[index] ?? '')), lengthOf(heading)),
  );
  const widths = chooseWidths(columns, natural, width);
  const last = columns.length - 1;
  const offset = widths.slice(0, last).reduce((sum, one) => sum + one + GAP, 0);
  const lineOf = (row: readonly string[], rowIndex: number): string => {
    const cells = columns.slice(0, last).map((_, index) => {
      const room = widths[index] ?? 0;
      const text = cut(row[index] ?? '', room);
      return paint(text, rowIndex, index) + ' '.repeat(Math.max(0, room - lengthOf(text)) + GAP);
    });
    const head = cells.join('');
    const tail = row[last] ?? '';
    const room = widths[last] ?? 0;
    const painted = (lines: readonly string[]): string[] => lines.map((line) => paint(line, rowIndex, last));
    if (lengthOf(tail) <= room) return `${(head + painted([tail]).join('')).trimEnd()}\n`;
    if (room >= READABLE)
      return `${head}${painted(wrap(tail, room, '').split('\n')).join(`\n${' '.repeat(offset)}`)}\n`;
    const under = wrap(tail, Math.max(READABLE, (width ?? 0) - UNDER.length), '').split('\n');
    return `${[head.trimEnd(), ...painted(under).map((line) => UNDER + line)].join('\n')}\n`;
  };
  const headings = columns.map(({ heading }) => heading);
  return lineOf(headings, -1) + rows.map(lineOf).join('');
}

function chooseWidths(
  columns: readonly Column[],
  natural: readonly number[],
  width: number | null,
): number[] {
  const widths = [...natural];
  const total = (): number => widths.reduce((sum, one) => sum + one, 0) + GAP * (widths.length - 1);
  if (width === null || total() <= width) return widths;
  columns.forEach((column, index) => {
    const excess = total() - width;
    if (column.limit === null || excess <= 0) return;
    widths[index] = Math.min(widths[index] ?? 0, Math.max(column.limit, (widths[index] ?? 0) - excess));
  });
  const last = widths.length - 1;
  const excess = total() - width;
  if (excess > 0) widths[last] = Math.max(8, (widths[last] ?? 0) - excess);
  return widths;
}

/** Cuts names in the middle, so that both namespace and port of a long one stay. */
function cut(text: string, width: number): string {
  if (lengthOf(text) <= width) return text;
  const characters = [...text];
  const tail = Math.floor((width - 1) / 3);
  const head = width - 1 - tail;
  return `${characters.slice(0, head).join('')}…${tail === 0 ? '' : characters.slice(-tail).join('')}`;
}
