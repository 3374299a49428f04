import { escapeTerminal } from './escape.js';
import { withoutComment } from './without-comment.js';
import { wrap } from './wrap.js';
const SEVERITIES = { error: 'ERROR', warning: 'WARNING', info: 'note' };
const CERTAINTIES = {
    probable: 'other causes would look the same',
    possible: 'the capture cannot prove it',
};
/** @returns the cause opened: what, what to do, whom it hits, and the first lines of its proof. Each line with its newline. */
export function renderCause(cause, options) {
    const { width, colours, proof } = options;
    const { message, hits, evidence, advice, command, certainty, title } = cause;
    const sure = certainty === 'certain' ? '' : colours.faint(`  (${certainty}: ${CERTAINTIES[certainty]})`);
    const field = (name, text) => `${wrap(`  ${name.padEnd(8)}${escapeTerminal(text)}`, width, '          ')}\n`;
    return [
        `${wrap(`${headOf(cause, colours)} ${escapeTerminal(title)}${sure}`, width, '  ')}\n`,
        `${wrap(`  ${escapeTerminal(message)}`, width, '  ')}\n`,
        field('do', advice),
        command === null ? '' : `          ${colours.name(escapeTerminal(command))}\n`,
        options.hits ? field('hits', hits) : '',
        ...evidence.slice(0, proof).map((one, index) => evidenceLine(one, index === 0 ? 'proof' : '', options)),
        evidence.length > proof && proof > 0 ? `          … and ${evidence.length - proof} more (-o json)\n` : '',
    ].join('');
}
/** @returns the cause in one line: how bad, code, what it is about, what is wrong. */
export function causeLine(cause, { width, colours }) {
    const { title, page, message, objects } = cause;
    const what = page === null ? message : `${aboutText(objects)}${title}`;
    return `${wrap(`${headOf(cause, colours)} ${escapeTerminal(what)}`, width, '  ')}\n`;
}
/** Where a page tells more: its code is the word that `explain` takes. */
function headOf({ severity, code, page }, colours) {
    const paint = { error: colours.bad, warning: colours.warning, info: colours.faint }[severity];
    const word = paint(SEVERITIES[severity]);
    return page === null ? word : `${word} ${colours.strong(code)}`;
}
/** Objects named in one line before the rest is counted. */
const SHOWN = 2;
function aboutText(objects) {
    if (objects.length === 0)
        return '';
    const more = objects.length - SHOWN;
    return `${objects.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}: `;
}
/** Quoted lines are not broken, for they are to be searched for, but on a brief screen. */
function evidenceLine({ file, line, text }, name, options) {
    const { colours, brief, width } = options;
    const shown = file === null || !brief ? file : file.replace(/^.*\//, '');
    const place = shown === null ? '' : colours.faint(`${escapeTerminal(shown)}${line === null ? '' : `:${line}`}  `);
    // What a rule says of itself is in the sentence already.
    const quoted = escapeTerminal(brief && text.startsWith('-A ') ? withoutComment(text) : text);
    const row = `  ${name.padEnd(8)}${place}${quoted}`;
    return `${brief ? wrap(row, width, '          ') : row}\n`;
}
