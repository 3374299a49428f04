import { escapeTerminal } from './escape.js';
import { wrap } from './wrap.js';
/** How many problems are shown in text; `-o json` lists all of them. */
const SHOWN = 20;
/**
 * @param width columns of the terminal; null: no limit
 * @returns one line for each problem, `note: FILE:LINE: message`; the empty string where there are none.
 */
export function renderProblems(problems, colours, width = null) {
    const lines = problems.slice(0, SHOWN).map((problem) => {
        const place = placeOf(problem);
        const message = escapeTerminal(problem.message);
        const line = `${colours.warning('note:')} ${place === '' ? '' : `${place}: `}${message}`;
        return `${wrap(line, width, '  ')}\n`;
    });
    const more = problems.length - SHOWN;
    if (more > 0)
        lines.push(colours.faint(`… and ${more} more notes (-o json lists all)`), '\n');
    return lines.join('');
}
function placeOf(problem) {
    if (problem.file === null)
        return '';
    const file = escapeTerminal(problem.file);
    return problem.line === null ? file : `${file}:${problem.line}`;
}
