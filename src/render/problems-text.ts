import type { ToldProblem } from '../problems/told-problem.ts';
import { compareText } from '../words/compare-text.ts';
import { listed } from '../words/numbers.ts';
import type { Colours } from './colours.ts';
import { escapeTerminal } from './escape.ts';
import { wrap } from './wrap.ts';

/** How many problems are shown in text; `-o json` lists all of them. */
const SHOWN = 20;

/**
 * @param width columns of the terminal; null: no limit
 * @param usual true: also what the image that was asked lacks as every one of its kind does
 * @returns one line for each problem, `note: FILE:LINE: message`, one for several nodes that have the same; the empty string
 * where there are none.
 */
export function renderProblems(
  problems: readonly ToldProblem[],
  colours: Colours,
  width: number | null = null,
  usual = false,
): string {
  const notes = notesOf(problems.filter((problem) => usual || problem.usual !== true));
  const lines = notes.slice(0, SHOWN).map((note) => {
    const line = `${colours.warning('note:')} ${note}`;
    return `${wrap(line, width, '  ')}\n`;
  });
  const more = notes.length - SHOWN;
  if (more > 0) lines.push(colours.faint(`… and ${more} more notes (-o json lists all)`), '\n');
  return lines.join('');
}

/** What concerns no node comes first, as it was met; then what nodes have, by the first of them in order of their names. */
function notesOf(problems: readonly ToldProblem[]): string[] {
  const nodes = new Map<string, Set<string>>();
  const notes: string[] = [];
  for (const problem of byNode(problems)) {
    const { node, message } = problem;
    if (node === undefined) {
      const place = placeOf(problem);
      notes.push(`${place === '' ? '' : `${place}: `}${escapeTerminal(message)}`);
    } else nodes.set(message, (nodes.get(message) ?? new Set()).add(node));
  }
  const shared = [...nodes].map(
    ([text, those]) => `${escapeTerminal(listed([...those]))}: ${escapeTerminal(text)}`,
  );
  return [...notes, ...shared];
}

function byNode(problems: readonly ToldProblem[]): ToldProblem[] {
  return [...problems].sort(({ node: a = '' }, { node: b = '' }) => compareText(a, b));
}

function placeOf(problem: ToldProblem): string {
  if (problem.file === null) return '';
  const file = escapeTerminal(problem.file);
  return problem.line === null ? file : `${file}:${problem.line}`;
}
