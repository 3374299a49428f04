import { lengthOf } from './wrap.js';
/** Rows of the smallest terminal that an answer is to fit. */
const ROWS = 24;
/** @returns the rows of a terminal that a text takes: a line that is too long goes on in the next one. */
export function rowsOf(text, width) {
    const lines = text.replace(/\n$/, '').split('\n');
    if (width === null)
        return lines.length;
    return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(lengthOf(line) / width)), 0);
}
/**
 * @param levels how much to print, the most first
 * @param spare rows that something else takes
 * @returns the first text that fits the screen; where none does, the last one. Without a terminal there is no screen.
 */
export function fitScreen(levels, width, print, spare = 0) {
    let text = print(levels[0]);
    if (width === null)
        return text;
    for (const level of levels.slice(1)) {
        if (rowsOf(text, width) + spare <= ROWS)
            return text;
        text = print(level);
    }
    return text;
}
