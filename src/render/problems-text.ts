import type { Problem } from '../problems/problem.ts';
import type { Colours } from './colours.ts';
import { escapeTerminal } from './escape.ts';
import { wrap } from './wrap.ts';

/** How many problems are shown in text; `-o json` lists all of them. */
const SHOWN = 20;

/**
 * @param width columns of the terminal; null: no limit
 * @returns one line for each problem, `note: FILE:LINE: message`; the empty string where there are none.
 */
export function renderProblems(
  problems: readonly Problem[],
  colours: Colours,
  width: number | null = null,
): string {
  const lines = problems.slice(0, SHOWN).map((problem) => {
    const place = placeOf(problem);
    const message = escapeTerminal(problem.message);
    const line = `${colours.warning('note:')} ${place === '' ? '' : `${place}: `}${message}`;
    return `${wrap(line, width, '  ')}\n`;
  });
  const more = problems.length - SHOWN;
  if (more > 0) lines.push(colours.faint(`… and ${more} more notes (-o json lists all)`), '\n');
  return lines.join('');
}

function placeOf(problem: Problem): string {
  if (problem.file === null) return '';
  const file = escapeTerminal(problem.file);
  return problem.line === null ? file : `${file}:${problem.line}`;
}
