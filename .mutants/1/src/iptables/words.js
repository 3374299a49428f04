import { isBlank } from './blanks.js';
const QUOTE = 34;
const BACKSLASH = 92;
/**
 * Splits a rule into words the way iptables-restore does (`add_param_to_argv`, iptables 1.8): blanks separate, a
 * double quote groups, a backslash inside quotes takes the next character as it is.
 * @param line one line without its line end.
 * @returns the words; an unclosed quote runs to the end and is reported by `unclosed`.
 */
export function splitWords(line) {
    const words = [];
    const { length } = line;
    let position = 0;
    for (;;) {
        const gap = position;
        while (position < length && isBlank(line.charCodeAt(position)))
            position++;
        const blanks = position - gap;
        if (position >= length)
            return { words, trailing: blanks, unclosed: false };
        const start = position;
        let quoteAt = -1;
        while (position < length) {
            const code = line.charCodeAt(position);
            if (isBlank(code))
                break;
            if (code === QUOTE) {
                quoteAt = position;
                break;
            }
            position++;
        }
        if (quoteAt < 0) {
            words.push({ text: line.slice(start, position), style: 'bare', blanks });
            continue;
        }
        const { text, style, end, closed } = readQuoted(line, start);
        words.push({ text, style, blanks });
        position = end;
        if (!closed)
            return { words, trailing: 0, unclosed: true };
    }
}
/** @returns the word as it stands in a rule, without the blanks before it. */
export function spellWord(word) {
    if (word.style === 'bare')
        return word.text;
    const escaped = word.text.replace(word.style === 'quoted' ? /["\\']/g : /["\\]/g, '\\$&');
    return `"${escaped}"`;
}
function readQuoted(line, start) {
    let text = '';
    let inside = false;
    let style = 'quoted';
    let position = start;
    let copied = start;
    for (; position < line.length; position++) {
        const code = line.charCodeAt(position);
        if (!inside && isBlank(code))
            break;
        if (code === QUOTE) {
            text += line.slice(copied, position);
            copied = position + 1;
            inside = !inside;
        }
        else if (inside && code === BACKSLASH) {
            text += line.slice(copied, position);
            position++;
            copied = position;
        }
        else if (inside && code === 39) {
            style = 'quoted-plain';
        }
    }
    text += line.slice(copied, position);
    return { text, style, end: Math.min(position, line.length), closed: !inside };
}
