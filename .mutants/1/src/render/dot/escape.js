import { escapeLines } from '../escape.js';
/**
 * The escape function of DOT: a quoted string in which no escape sequence of Graphviz (`\N`, `\G`, `\l`) and no HTML entity can
 * begin. @returns the string with its quotes; lines stay lines. A long one is cut.
 */
export function escapeDot(text) {
    const lines = escapeLines(text)
        .split('\n')
        .map((line) => {
        const letters = [...line];
        return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join('')}…` : line;
    });
    return `"${lines
        .map((line) => line.replace(/&/g, '&amp;').replace(/\\/g, '\\\\').replace(/"/g, '\\"'))
        .join('\\n')}"`;
}
const LONGEST = 160;
