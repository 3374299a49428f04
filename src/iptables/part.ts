import { spellWord, type Word } from './words.ts';

/** One option with its values: `-d 10.0.0.1/32`, `! --dport 80`, `-m tcp`; or a word that belongs to no option. */
export interface Part {
  readonly flag: Word;
  /** The `!` of this option; `before` the flag as iptables prints it since 1.4.3, else after it. */
  readonly bang: { readonly word: Word; readonly before: boolean } | null;
  readonly values: readonly Word[];
}

/** A module of a rule, with the options that are its own. A rule can hold one module several times. */
export interface ModuleSyntax {
  readonly name: string;
  readonly parts: readonly Part[];
}

/** The target of a rule, `-j` or `-g`, with its options. */
export interface TargetSyntax extends ModuleSyntax {
  readonly goto: boolean;
  /** Words that are no option of this target, such as `[unsupported revision]`. */
  readonly strays: readonly Part[];
}

/** @returns the text of one option with the blanks before it. */
export function formatPart(part: Part): string {
  let text = '';
  if (part.bang?.before === true) text += spellSpaced(part.bang.word);
  text += spellSpaced(part.flag);
  if (part.bang?.before === false) text += spellSpaced(part.bang.word);
  for (const value of part.values) text += spellSpaced(value);
  return text;
}

/** @returns a word with the blanks before it. */
export function spellSpaced(word: Word): string {
  return (word.blanks === 1 ? ' ' : ' '.repeat(word.blanks)) + spellWord(word);
}
