/** Takes lines up to the closing brace of a block. */
export function readBlock(lines, kind, name, handle) {
    const start = lines.number;
    const entries = [];
    const block = (cut) => ({ kind, name, handle, line: start, entries, cut });
    for (let line = lines.next(); line !== null; line = lines.next()) {
        if (line === '}')
            return block(false);
        if (line === '')
            continue;
        const first = lines.number;
        let text = line;
        for (let open = balance(line); open > 0;) {
            const more = lines.next();
            if (more === null) {
                entries.push({ text, line: first });
                return block(true);
            }
            text += ` ${more}`;
            open += balance(more);
        }
        entries.push({ text, line: first });
    }
    return block(true);
}
/** How many braces a line leaves open, those in quotes left out. */
function balance(line) {
    let open = 0;
    let quoted = false;
    for (let at = 0; at < line.length; at++) {
        const code = line.charCodeAt(at);
        if (code === 34)
            quoted = !quoted;
        else if (!quoted && code === 123)
            open++;
        else if (!quoted && code === 125)
            open--;
    }
    return open;
}
