import Table from 'cli-table3';
import { lengthOf, wrap } from './wrap.js';
const GAP = 2;
const UNDER = '    ';
/** Columns in which the last column's text is still readable; with less it goes under its row. */
const READABLE = 28;
/** Rows that cli-table3 lays out at once: it compares each cell of a table with all above it. */
const CHUNK = 8;
/** Rows that it lays out at all: each takes it a quarter of a millisecond, twenty times what padding takes. */
const MOST = 200;
/** No borders: what it draws between cells is the gap. */
const CHARS = {
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
    middle: ' '.repeat(GAP),
};
/**
 * Lays out rows under headings, without borders. A row takes one line, and more where a cell does not fit.
 * @param rows escaped text, uncoloured, as many cells as there are columns.
 * @param width characters a line may take; null: no limit (output to a file or a pipe).
 * @param paint may colour a line of a cell (row -1 are the headings); what it adds takes no room.
 * @returns the lines, each with its newline.
 */
export function renderTable(columns, rows, width, paint = (text) => text) {
    const last = columns.length - 1;
    const natural = columns.map(({ heading }, index) => rows.reduce((most, row) => Math.max(most, roomOf(row[index] ?? '')), roomOf(heading)));
    const widths = chooseWidths(columns, natural, width);
    const cellsOf = (row, index) => {
        const paintAll = (lines, column) => lines.map((line) => paint(line, index, column));
        const head = row.slice(0, last).map((text, column) => broken(text, widths[column] ?? 0));
        const tail = row[last] ?? '';
        const room = widths[last] ?? 0;
        if (roomOf(tail) <= room || room >= READABLE)
            return [...head, wrap(tail, room, '').split('\n')].map(paintAll);
        const under = wrap(tail, Math.max(READABLE, (width ?? 0) - UNDER.length), '').split('\n');
        return [...[...head, []].map(paintAll), paintAll(under, last)];
    };
    const laidOut = [columns.map(({ heading }) => heading), ...rows].map((row, index) => cellsOf(row, index - 1));
    const lines = rows.length > MOST ? padded(laidOut, widths) : drawn(laidOut, widths);
    return lines.map((line) => `${line.trimEnd()}\n`).join('');
}
/** @param rows cells by lines; one cell more than there are columns is what stands under the row. */
function drawn(rows, widths) {
    const last = widths.length - 1;
    const style = { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true };
    const lines = [];
    for (let from = 0; from < rows.length; from += CHUNK) {
        const chunk = rows.slice(from, from + CHUNK);
        // What is longer than its column would be cut.
        const tail = chunk.flatMap((row) => row.slice(last)).flat();
        const longest = UNDER.length + tail.reduce((most, line) => Math.max(most, roomOf(line)), 0);
        const table = new Table({ chars: CHARS, style, colWidths: [...widths.slice(0, last), longest] });
        for (const row of chunk) {
            table.push(row.slice(0, widths.length).map((cell) => cell.join('\n')));
            for (const line of row[widths.length] ?? [])
                table.push([{ content: UNDER + line, colSpan: widths.length }]);
        }
        lines.push(...table.toString().split('\n'));
    }
    return lines;
}
/** The same lines, of more rows than cli-table3 can lay out in the time that somebody waits. */
function padded(rows, widths) {
    const lines = [];
    for (const row of rows) {
        const height = row.reduce((most, cell, at) => (at < widths.length ? Math.max(most, cell.length) : most), 1);
        for (let at = 0; at < height; at++) {
            let line = '';
            for (let column = 0; column < widths.length; column++) {
                const text = row[column]?.[at] ?? '';
                line += column === 0 ? text : ' '.repeat(GAP) + text;
                line += ' '.repeat(Math.max(0, (widths[column] ?? 0) - lengthOf(text)));
            }
            lines.push(line);
        }
        for (const line of row[widths.length] ?? [])
            lines.push(UNDER + line);
    }
    return lines;
}
function chooseWidths(columns, natural, width) {
    const widths = [...natural];
    if (width === null)
        return widths;
    const last = widths.length - 1;
    const sum = () => widths.slice(0, last).reduce((total, one) => total + one + GAP, 0);
    const least = Math.min(widths[last] ?? 0, lengthOf(columns[last]?.heading ?? ''));
    columns.slice(0, last).forEach(({ limit }, index) => {
        const excess = sum() + least - width;
        if (limit === null || excess <= 0)
            return;
        widths[index] = Math.min(widths[index] ?? 0, Math.max(limit, (widths[index] ?? 0) - excess));
    });
    widths[last] = Math.max(0, Math.min(widths[last] ?? 0, width - sum()));
    return widths;
}
/** Where a name may go on in the next line: behind what joins its parts. */
const JOINTS = /[^/:.\- ]*[/:.\- ]*/g;
/** Breaks a name into lines, behind what joins its parts where it can. */
function broken(text, width) {
    if (roomOf(text) <= width)
        return [text];
    const lines = [];
    let line = '';
    for (const part of text.match(JOINTS) ?? []) {
        if (line !== '' && roomOf(line + part) > width) {
            lines.push(line);
            line = '';
        }
        line += part;
        while (roomOf(line) > width) {
            const characters = [...line];
            const fits = Math.max(1, width - (roomOf(line) - characters.length));
            lines.push(characters.slice(0, fits).join(''));
            line = characters.slice(fits).join('');
        }
    }
    return line === '' ? lines : [...lines, line];
}
/** At least the columns that a text takes: letters of East Asia and pictures take two each. */
function roomOf(text) {
    const length = lengthOf(text);
    for (let at = 0; at < text.length; at++) {
        if (text.charCodeAt(at) >= 0x1100)
            return length + (text.match(WIDE)?.length ?? 0);
    }
    return length;
}
const WIDE = /[\u1100-\u1fff\u2300-\u{10ffff}]/gu;
