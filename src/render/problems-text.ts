import type { Problem } from '../problems/problem.ts';
import type { Colours } from './colours.ts';
import { escapeTerminal } from './escape.ts';

/** How many problems are shown in text; `-o json` lists all of them. */
const SHOWN = 20;

/** @returns one line for each problem, `note: FILE:LINE: message`; the empty string where there are none. */
export function renderProblems(problems: readonly Problem[], colours: Colours): string {
  const lines = problems.slice(0, SHOWN).map((problem) => {
    const place = placeOf(problem);
    const message = escapeTerminal(problem.message);
    return `${colours.warning('note:')} ${place === '' ? '' : `${place}: `}${message}\n`;
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
