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
 * @param paint may colour a cell; what it adds takes no room.
 */
export async function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | null,
  paint: (text: string, row: number, column: number) => string = (text) => text,
): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const all = [columns.map((column) => column.heading), ...rows];
  const natural = columns.map((_, index) => Math.max(...all.map((row) => lengthOf(row[index] ?? ''))));
  const widths = chooseWidths(columns, natural, width);
  const table = new Table({
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  });
  all.forEach((row, rowIndex) => {
    table.push(
      row.map((cell, index) =>
        paint(cut(cell, widths[index] ?? 0, index === row.length - 1), rowIndex - 1, index),
      ),
    );
  });
  return `${table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

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
  const characters = [...text];
  if (characters.length <= width) return text;
  const tail = atEnd ? 0 : Math.floor((width - 1) / 3);
  const head = width - 1 - tail;
  return `${characters.slice(0, head).join('')}…${tail === 0 ? '' : characters.slice(-tail).join('')}`;
}

function lengthOf(text: string): number {
  return [...text].length;
}
