import type { Command, Joint } from './command.ts';

/** Words that every shell takes as they are. `=` and `%` mean something at the start of a word, to zsh and to old fish. */
const PLAIN = /^[\w@+:,./-][\w@%+=:,./-]*$/;

/**
 * What nobody sees, or cannot type: controls and line ends, marks that steer reading order, characters without width, blanks
 * that are no space, lone surrogates, code points without a character. And the backtick: texts put commands between two.
 */
const ODD = /[\p{C}\p{Default_Ignorable_Code_Point}`]|(?! )\p{Z}/u;
const EACH_ODD = new RegExp(`${ODD.source}|['\\\\!]`, 'gu');

/**
 * @returns the word as a shell needs it typed; plain words stay as they are. Others stand in single quotes, with a `'` or `\`
 * outside of them, which sh, bash, zsh, ksh and fish read alike. Words with odd characters become `$'…'` with the bytes in
 * octal: bash, zsh, ksh and busybox read that; dash takes the escapes for the name, and fish and tcsh refuse the line. In
 * none of them anything else is run, for no quote stands within. NUL, which no argument can hold, becomes U+FFFD.
 */
export function quoteWord(word: string): string {
  if (PLAIN.test(word)) return word;
  if (ODD.test(word)) return `$'${word.replace(EACH_ODD, escaped)}'`;
  return `'${word.replace(/['\\]/g, (character) => (character === "'" ? "'\\''" : `'"\\\\"'`))}'`;
}

/** @returns the words for reading, and for pasting into a shell. They are never run from this text. */
export function quoteCommand(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ');
}

/**
 * @param kubectl how calls of kubectl begin: with the options that say which cluster the answer is about, and as whom it was asked
 * @returns the command as one line for reading, and for pasting into a shell: the only place where one becomes text.
 */
export function printCommand({ runs }: Command, kubectl: readonly string[] = ['kubectl']): string {
  return runs
    .map(({ argv, joint, into }) => {
      const file = into === null ? '' : ` > ${quoteWord(into)}`;
      return `${joint === null ? '' : JOINTS[joint]}${quoteCommand(argv[0] === 'kubectl' ? [...kubectl, ...argv.slice(1)] : argv)}${file}`;
    })
    .join('');
}

const JOINTS: Readonly<Record<Joint, string>> = { pipe: ' | ', 'if-done': ' && ', next: '; ' };

/** @returns the command for a message: of a long one the last words are left out, for what follows to be found. */
export function shortCommand(argv: readonly string[]): string {
  const words = argv.map(quoteWord);
  const text = words.join(' ');
  if (text.length <= LONGEST) return text;
  let kept = words[0] ?? '';
  for (const word of words.slice(1)) {
    if (kept.length + 1 + word.length > LONGEST) break;
    kept += ` ${word}`;
  }
  return `${kept} …`;
}

const LONGEST = 60;

function escaped(character: string): string {
  if (character === '\\') return '\\\\';
  const bytes = Buffer.from(character === '\0' ? '\ufffd' : character);
  return [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
