import { escapeLines, escapeTerminal } from '../escape.js';
/**
 * The escape function of Markdown as GitHub reads it: in a paragraph or a table cell nothing of the text is markup, a link, a
 * mention or mathematics. An empty comment parts what GitHub would link after it has undone every escape.
 * @returns one line.
 */
export function escapeMarkdown(text) {
    return escapeTerminal(text)
        .replace(/[\\`*_[\]|~$#]/g, '\\$&')
        .replace(/&/g, '&amp;')
        .replace(/</g, '&lt;')
        .replace(/>/g, '&gt;')
        .replace(/@(?=\w)/g, '@<!-- -->')
        .replace(/\\#(?=\w)/g, '\\#<!-- -->')
        .replace(/:(?=\/\/)/g, ':<!-- -->')
        .replace(/\bwww(?=\.)/gi, '$&<!-- -->')
        .replace(/^(\s*)([-+=])/, '$1\\$2')
        .replace(/^(\s*\d+)([.)])/, '$1\\$2');
}
/** @returns the text as code in a line: nothing in it is read. In a table the bar would end the cell, so it is escaped. */
export function codeSpan(text) {
    const line = escapeTerminal(text).replace(/\|/g, '\\|');
    if (line.trim() === '')
        return '` `';
    const fence = '`'.repeat(longestRun(line) + 1);
    const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
    return `${fence}${pad}${line}${pad}${fence}`;
}
/** @returns lines as a block in which nothing is read. @param language of the block: empty, `sh` or `mermaid`. */
export function codeBlock(text, language = '') {
    const lines = escapeLines(text.replace(/\n+$/, ''));
    const fence = '`'.repeat(Math.max(3, longestRun(lines) + 1));
    return `${fence}${language}\n${lines}\n${fence}\n`;
}
function longestRun(text) {
    return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
