/** What shows all that it gets: in pages, columns, or with what it looks for in colour. */
const KEEPS = /^(?:sudo\s+)?(?:less|more|most|cat|column|tee|nl|expand|xclip|pbcopy)(?=\s|$)/;

/** Ways to leave out nothing but comments and blank lines, or nothing at all. */
const KEEPS_RULES = [
  /^[ef]?grep\s+(?:-\w*v\w*\s+)(?:-e\s+)?["']?\^?\\?#["']?\s*$/,
  /^[ef]?grep\s+(?:-\w*v\w*\s+)(?:-e\s+)?["']?\^(?:\\s\*|\s\*)?\$["']?\s*$/,
  /^[ef]?grep\s+(?:-\S+\s+)*(?:\.|''|""|["'](?:[^"']*\|)?[$^]["']|["'](?:[$^]\|)[^"']*["'])\s*$/,
  /^sed\s+(?:-\w+\s+)*["']?\/\^#\/d["']?\s*$/,
];

/**
 * @param command a call of iptables as somebody typed it, with what the output was piped through
 * @returns true where rules may have been left out on the way, anywhere among those that are shown: `| grep`, `| sed`, `| awk`.
 *   Of `| head` the first lines are there, which is told by itself.
 */
export function isSifted(command: string): boolean {
  return command
    .split(/\|&?(?=\s*[a-z/\\])/)
    .slice(1)
    .map((pipe) => pipe.trim().replace(/^(?:\\|\/\S*\/)/, ''))
    .some((pipe) => !/^head\b/.test(pipe) && !KEEPS.test(pipe) && !KEEPS_RULES.some((one) => one.test(pipe)));
}
