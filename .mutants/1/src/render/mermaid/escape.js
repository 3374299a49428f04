import { escapeLines } from '../escape.js';
/**
 * The escape function of Mermaid: a quoted label in which nothing but letters, digits and a few marks stands for itself. The rest
 * are Mermaid's own entity codes (`#35;`), so that neither its syntax, nor Markdown in labels, nor HTML can begin.
 * @returns the label with its quotes; lines become line breaks. A long one is cut.
 */
export function escapeMermaid(text) {
    const lines = escapeLines(text)
        .split('\n')
        .map((line) => {
        const letters = [...line];
        const short = letters.length > LONGEST ? [...letters.slice(0, LONGEST - 1), '…'] : letters;
        const isInWord = (index) => /\w/.test(short[index - 1] ?? '') && /\w/.test(short[index + 1] ?? '');
        return short
            .map((letter, index) => /[\p{L}\p{N} ,:/]/u.test(letter) || (/[-.]/.test(letter) && isInWord(index))
            ? letter
            : `#${letter.codePointAt(0)};`)
            .join('');
    });
    return `"${lines.join('<br/>')}"`;
}
const LONGEST = 120;
