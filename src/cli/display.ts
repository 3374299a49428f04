import { type Command, InvalidArgumentError, Option } from 'commander';
import { wantsColour } from '../render/colours.ts';
import type { Io } from './io.ts';

/** Options that say how the screen is written, as commander hands them over. */
export interface DisplayOptions {
  readonly color?: 'auto' | 'always' | 'never';
  readonly width?: number;
  readonly pager?: boolean;
}

/** Narrower than this, no table can be read. */
const LEAST_WIDTH = 40;

/** Adds how the screen is written. */
export function addDisplayOptions(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .addOption(
      new Option('--color <when>', 'colours: on a terminal, always or never (default: auto)').choices([
        'auto',
        'always',
        'never',
      ]),
    )
    .option('--width <columns>', 'columns of a line (default: as wide as the terminal)', widthOf)
    .option('--no-pager', 'do not page what is longer than the terminal, by KP_EXPLAIN_PAGER, PAGER or less');
}

function widthOf(text: string): number {
  const width = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (width < LEAST_WIDTH)
    throw new InvalidArgumentError(`A width is a number of columns, at least ${LEAST_WIDTH}.`);
  return width;
}

/** @returns the same process, written to as the options say. What was chosen wins over the environment. */
export function displayed(io: Io, { color, width }: DisplayOptions): Io {
  if (color === undefined && width === undefined) return io;
  const colours =
    color === 'always' || (color !== 'never' && wantsColour(io.columns !== null, io.env)) ? '1' : '0';
  return {
    ...io,
    // A terminal may be made larger while it is watched.
    get columns() {
      return width ?? io.columns;
    },
    get rows() {
      return io.rows ?? null;
    },
    env: { ...io.env, FORCE_COLOR: colours },
  };
}
