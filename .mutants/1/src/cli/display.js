import { InvalidArgumentError, Option } from 'commander';
import { wantsColour } from '../render/colours.js';
/** Narrower than this, no table can be read. */
const LEAST_WIDTH = 40;
/** Adds how the screen is written. */
export function addDisplayOptions(command) {
    return command
        .optionsGroup('Output:')
        .addOption(new Option('--color <when>', 'colours: on a terminal, always or never (default: auto)').choices([
        'auto',
        'always',
        'never',
    ]))
        .option('--width <columns>', 'columns of a line (default: as wide as the terminal)', widthOf)
        .option('--no-pager', 'do not page what is longer than the terminal, by KP_EXPLAIN_PAGER, PAGER or less');
}
function widthOf(text) {
    const width = /^\d{1,4}$/.test(text) ? Number(text) : 0;
    if (width < LEAST_WIDTH)
        throw new InvalidArgumentError(`A width is a number of columns, at least ${LEAST_WIDTH}.`);
    return width;
}
/** @returns the same process, written to as the options say. What was chosen wins over the environment. */
export function displayed(io, { color, width }) {
    if (color === undefined && width === undefined)
        return io;
    const colours = color === 'always' || (color !== 'never' && wantsColour(io.columns !== null, io.env)) ? '1' : '0';
    const columns = width ?? io.columns;
    return { ...io, columns, rows: io.rows ?? null, env: { ...io.env, FORCE_COLOR: colours } };
}
