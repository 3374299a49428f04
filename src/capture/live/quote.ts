/** @returns the word as a POSIX shell would need it typed; plain words stay as they are. */
export function quoteWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  // Line breaks and control codes would disturb whoever reads the line, and are nothing one could type.
  if (/[\u0000-\u001f\u007f]/.test(word)) return `$'${[...word].map(ansiQuoted).join('')}'`;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** @returns the command for reading, and for pasting into a shell. It is never run from this text. */
export function quoteCommand(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ');
}

/** @returns the command for a message: a long one is cut, for what follows to be found. */
export function shortCommand(argv: readonly string[]): string {
  const text = quoteCommand(argv);
  return text.length <= LONGEST ? text : `${text.slice(0, text.lastIndexOf(' ', LONGEST))} …`;
}

const LONGEST = 60;

function ansiQuoted(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 32 || code === 127) return `\\x${code.toString(16).padStart(2, '0')}`;
  return character === "'" || character === '\\' ? `\\${character}` : character;
}
