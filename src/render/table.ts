/** A column: its heading, and the most characters it may take where the width is limited. */
export interface Column {
  readonly heading: string;
  /** Where the table is too wide, columns with a limit are cut to it first; the last column takes what is left. */
  readonly limit: number | null;
}

const GAP = 2;

/**
 * Lays out rows under headings, without borders, one line each.
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
  const lineOf = (row: readonly string[], rowIndex: number): string => {
    const cells = columns.map((_, index) => {
      const room = widths[index] ?? 0;
      const text = cut(row[index] ?? '', room, index === columns.length - 1);
      return paint(text, rowIndex, index) + ' '.repeat(room - lengthOf(text));
    });
    return `${cells.join(' '.repeat(GAP)).trimEnd()}\n`;
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

/** Cuts names in the middle, so that both namespace and port of a long one stay, and the last column at its end. */
function cut(text: string, width: number, atEnd: boolean): string {
  if (lengthOf(text) <= width) return text;
  const characters = [...text];
  const tail = atEnd ? 0 : Math.floor((width - 1) / 3);
  const head = width - 1 - tail;
  return `${characters.slice(0, head).join('')}…${tail === 0 ? '' : characters.slice(-tail).join('')}`;
}

/** Characters, where a surrogate pair is one. */
function lengthOf(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) & 0xfc00) !== 0xdc00) length++;
  return length;
}
