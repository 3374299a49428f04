import { stripVTControlCharacters } from 'node:util';
import { rowsOf } from '../../render/screen.ts';
import type { Io } from '../io.ts';
import { type ChangedLines, changedLines } from './changed-lines.ts';
import type { Turn, TurnView } from './turn-view.ts';

/** Columns of the marks. */
const GUTTER = 2;

/** The heading. */
const ABOVE = 1;

/** A terminal this low shows a line of the answer all the same. */
const LEAST = 3;

/** Draws each answer over the one before, marked where it differs from the last one that differed. */
export class ScreenView implements TurnView {
  readonly #io: Io;
  readonly #seconds: number;
  /** The answer that stands there; null: none yet. */
  #lines: readonly string[] | null = null;
  /** When an answer last differed from the one before it, and that one. */
  #last: { readonly before: readonly string[]; readonly time: string } | null = null;
  #shownAt = '';
  #drawn = false;

  constructor(io: Io, seconds: number) {
    this.#io = io;
    this.#seconds = seconds;
  }

  /** All is asked for, whatever the height: a change may be in what there is no room for. */
  room({ columns }: Io): Pick<Io, 'columns' | 'rows'> {
    return {
      columns: columns === null ? null : Math.max(1, columns - GUTTER),
      rows: Number.POSITIVE_INFINITY,
    };
  }

  show({ out, told, time }: Turn): void {
    const text = told === '' ? out : `${out}\n${told}`;
    const lines = text.replace(/\n$/, '').split('\n');
    const before = this.#lines;
    this.#lines = lines;
    this.#shownAt = time;
    if (before !== null && differ(changedLines(before, lines))) this.#last = { before, time };
    this.#draw(time, null);
  }

  fail(message: string, time: string): void {
    this.#draw(time, message);
  }

  #draw(time: string, failure: string | null): void {
    const { columns, rows } = this.#io;
    const lines = this.#lines ?? [];
    const last = this.#last;
    // Marks stay until something else changes, at their lines as they are now.
    const changed = last === null ? null : changedLines(last.before, lines);
    const heading = [
      `every ${this.#seconds} s`,
      time,
      ...(last === null ? [] : [`changed ${last.time}`]),
      // What stands below is not of now.
      ...(failure === null ? ['Ctrl-C ends it'] : [`as of ${this.#shownAt}`, failure.split('\n')[0] ?? '']),
    ].join(', ');
    const marked = lines.map((line, index) => `${changed?.isNew[index] === true ? '+ ' : '  '}${line}`);
    const gone = (changed?.gone ?? []).map((line) => `- ${stripVTControlCharacters(line)}`);
    const most = Math.max(LEAST, (rows ?? 24) - ABOVE - 1);
    const fits = rowsOf([...marked, ...gone].join('\n'), columns) <= most;
    const body = fits ? [...marked, ...gone] : cutTo(changedFirst(marked, gone), most, columns);
    const cut = heading.slice(0, Math.max(1, (columns ?? 80) - 1));
    const drawn = [cut, ...body].map((line) => `${line}\x1b[K\n`).join('');
    this.#io.out(`${this.#drawn ? '' : '\x1b[2J'}\x1b[H${drawn}\x1b[J`);
    this.#drawn = true;
  }
}

function differ({ isNew, gone }: ChangedLines): boolean {
  return gone.length > 0 || isNew.includes(true);
}

/** Where there is no room for all, what changed stands first. */
function changedFirst(marked: readonly string[], gone: readonly string[]): string[] {
  const isNew = (line: string): boolean => line.startsWith('+ ');
  return [...gone, ...marked.filter(isNew), ...marked.filter((line) => !isNew(line))];
}

/** As many lines as there is room for, and how many there is none for. */
function cutTo(lines: readonly string[], rows: number, columns: number | null): string[] {
  const kept: string[] = [];
  let used = 1;
  for (const line of lines) {
    used += rowsOf(line, columns);
    if (used > rows) break;
    kept.push(line);
  }
  return [...kept, `  … and ${lines.length - kept.length} more lines`];
}
