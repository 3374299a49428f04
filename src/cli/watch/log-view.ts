import { stripVTControlCharacters } from 'node:util';
import type { Io } from '../io.ts';
import { changedLines } from './changed-lines.ts';
import type { Turn, TurnView } from './turn-view.ts';

/** Writes the first answer, and then only what changed: for pipes and files. */
export class LogView implements TurnView {
  readonly #io: Io;
  #before: readonly string[] | null = null;
  #told = '';

  constructor(io: Io) {
    this.#io = io;
  }

  room({ columns, rows = null }: Io): Pick<Io, 'columns' | 'rows'> {
    return { columns, rows };
  }

  show({ out, told, time }: Turn): void {
    const lines = out.replace(/\n$/, '').split('\n');
    if (told !== this.#told) this.#io.err(told);
    this.#told = told;
    const before = this.#before;
    this.#before = lines;
    if (before === null) {
      this.#io.out(out);
      return;
    }
    const { isNew, gone } = changedLines(before, lines);
    const changes = [
      ...gone.map((line) => `- ${stripVTControlCharacters(line)}`),
      ...lines.filter((_, index) => isNew[index]).map((line) => `+ ${line}`),
    ];
    if (changes.length > 0) this.#io.out(`${time}  changed\n${changes.join('\n')}\n`);
  }

  fail(message: string, time: string): void {
    const told = `${time}  ${message}\n`;
    // The same failure is told once.
    if (message !== this.#told) this.#io.err(told);
    this.#told = message;
  }
}
