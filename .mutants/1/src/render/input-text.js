import { escapeTerminal } from './escape.js';
/** Characters of the first line that are shown. */
const SHOWN = 70;
/** @returns each input with what it was recognised as, and a paste line by line. */
export function renderInputText({ items }) {
    return items.map(itemText).join('');
}
function itemText({ file, kind, family, looksLike, lines }) {
    const name = escapeTerminal(file);
    if (lines === null) {
        const looks = looksLike === null ? '' : ` (${escapeTerminal(looksLike)})`;
        return `${name}: ${kind === 'unknown' ? 'not recognised' : kind}${family === null ? '' : `, ${family}`}${looks}\n`;
    }
    const rows = lines.map(({ from, to, as, text }) => ({
        place: from === to ? `${from}` : `${from}-${to}`,
        as: as === 'passed-over' ? 'passed over' : as,
        text: escapeTerminal(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text),
    }));
    const wide = (pick) => Math.max(0, ...rows.map((row) => pick(row).length));
    const place = wide((row) => row.place);
    const as = wide((row) => row.as);
    const body = rows.map((row) => `  ${row.place.padEnd(place)}  ${row.as.padEnd(as)}  ${row.text}\n`);
    return `${name}: a paste, read line by line\n${body.join('')}`;
}
