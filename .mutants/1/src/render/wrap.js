/** What the colours of a terminal add; it takes no room. Captured text is escaped before, and holds none. */
const COLOUR = /\u001b\[[0-9;]*m/g;
/**
 * Breaks a line at its spaces. A word that is too long for a line of its own is left whole: a cut address is no address.
 * So is what stands between two backticks: of a command in two lines, a shell would run each by itself.
 * @param text may be coloured; its own leading spaces are its first indent. A colour ends with its line, and begins anew in the
 *   next: a line that is copied, or scrolled in by itself, is as it was
 * @param width columns a line may take; null: no limit
 * @param hang what lines after the first begin with
 */
export function wrap(text, width, hang) {
    if (width === null || lengthOf(text) <= width)
        return text;
    const indent = /^ */.exec(text)?.[0] ?? '';
    const lines = [];
    let line = indent;
    let empty = true;
    for (const word of wordsOf(text.slice(indent.length))) {
        if (!empty && lengthOf(line) + 1 + lengthOf(word) > width) {
            lines.push(line);
            line = hang + word;
        }
        else {
            line += empty ? word : ` ${word}`;
        }
        empty = false;
    }
    return paintedAlone([...lines, line]).join('\n');
}
function wordsOf(text) {
    return text.includes('`') ? (text.match(/(?:`[^`]*`|[^ ])+|(?<= |^)(?= |$)/g) ?? []) : text.split(' ');
}
/** Which codes a code ends (ECMA-48, SGR). */
const ENDS = { '0': /^/, '22': /^[12]$/, '39': /^(?:3|9)\d$/ };
function paintedAlone(lines) {
    let open = [];
    return lines.map((line) => {
        const begins = open;
        for (const [sequence] of line.matchAll(COLOUR)) {
            const code = sequence.slice(2, -1);
            const ended = ENDS[code];
            open = ended === undefined ? [...open, code] : open.filter((each) => !ended.test(each));
        }
        const ends = open.map((code) => (/^[12]$/.test(code) ? '22' : '39'));
        const start = begins.length === 0 ? line : line.replace(/^ */, (indent) => indent + codes(begins));
        return start + codes([...new Set(ends)]);
    });
}
function codes(all) {
    return all.map((code) => `\u001b[${code}m`).join('');
}
/** @returns how many columns a text takes: colours none, a surrogate pair one. */
export function lengthOf(text) {
    const plain = text.includes('\u001b') ? text.replace(COLOUR, '') : text;
    let length = 0;
    for (let at = 0; at < plain.length; at++)
        if ((plain.charCodeAt(at) & 0xfc00) !== 0xdc00)
            length++;
    return length;
}
