import type { Sift } from './ruleset.ts';

/** What shows all lines that it gets, in pages, columns or another order. */
const KEEPS = /^(?:less|more|most|cat|tac|column|sort|tee|nl|expand|uniq|xclip|pbcopy)$/;

const GREP = /^[ef]?grep$/;

/** What is a text in every dialect of regular expressions, and holds no sign of one. */
const PLAIN = /^[\w/:-]+$/;

/**
 * Reads what stands behind a tool in a pipe: `| grep -E 'shop/cart|10.96.44.12'`.
 * @param command the whole line
 * @returns null where every line of the tool was let through
 */
export function readSift(command: string): Sift | null {
  const [, ...stages] = stagesOf(command);
  const sift = stages.flatMap((words) => {
    const [program = '', ...rest] = words[0] === 'sudo' ? words.slice(1) : words;
    const name = program.replace(/^\\|^.*\//, '');
    if (KEEPS.test(name)) return [];
    if (leavesRules(name, rest)) return [];
    return GREP.test(name) ? [textsOf(rest)] : [[]];
  });
  return sift.length === 0 ? null : sift;
}

/** @returns true where lines may be missing among those that are there: of the first ones it is told by itself that others follow. */
export function leavesOut(command: string): boolean {
  return readSift(command.replace(/\|\s*(?:sudo\s+)?head\b[^|;&]*/g, '')) !== null;
}

/** `grep -v '^#'` lets every rule through, and so do `grep .` and what only has matches coloured: `grep --color=always 'FORWARD|$'`. */
function leavesRules(name: string, words: readonly string[]): boolean {
  const last = words.at(-1) ?? '';
  if (name === 'sed') return words.length === 1 && last === '/^#/d';
  if (!GREP.test(name)) return false;
  if (words.length === 2 && words[0] === '-v') return /^(?:\^(?:#.*|\s*#|(?:\\s\*)?\$)|#)$/.test(last);
  return (
    /^(?:\.|[$^]|.*\|[$^]|[$^]\|.*|)$/.test(last) &&
    words.slice(0, -1).every((word) => /^-(?:[EnP]+|-colou?r(?:=\w+)?)$/.test(word))
  );
}

/** @returns texts of which each by itself lets a line through; none where options say that something else counts. */
function textsOf(words: readonly string[]): readonly string[] {
  const patterns: string[] = [];
  let told = false;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (
      /^-(?:[ABC]\d*|-(?:color|colour)(?:=\w+)?|-(?:after|before)-context(?:=\d+)?|-context(?:=\d+)?)$/.test(
        word,
      )
    ) {
      if (/^-[ABC]$|-context$/.test(word)) index++;
    } else if (/^-[EFGPniwhH]*e$/.test(word)) {
      patterns.push(words[++index] ?? '');
      told = true;
    } else if (/^--?[a-zA-Z]/.test(word)) {
      if (!/^-[EFGPniwhH]+$/.test(word)) return [];
    } else if (!told && patterns.length === 0) patterns.push(word);
  }
  // Of what stands in brackets no part is enough.
  return patterns
    .flatMap((pattern) => (/[()]/.test(pattern) ? [] : pattern.split(/\\?\|/)))
    .filter((text) => PLAIN.test(text));
}

/** @returns the words of each command of the pipe that begins with iptables, without their quotes. */
function stagesOf(line: string): readonly (readonly string[])[] {
  let stages: string[][] = [[]];
  for (const { 0: token, index } of line.matchAll(
    /\|\|?|[;>&]+|(?:[^\s"'|;>&\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g,
  )) {
    if (token === '|') stages.push([]);
    else if (/^[|;>&]/.test(token)) {
      if (stages[0]?.some((word) => /ip6?tables/.test(word)) !== true) stages = [[]];
      else return READS.test(line.slice(index)) ? [...stages, ['?']] : stages;
    } else stages.at(-1)?.push(token.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, '$1$2'));
  }
  return stages;
}

/** Of a file that was written, too, lines may have been picked. */
const READS = /[\s;&](?:[efz]?grep|rg|awk|sed|head|tail)\s/;
