import { spellWord } from './words.js';
/** @returns the text of one option with the blanks before it. */
export function formatPart(part) {
    let text = '';
    if (part.bang?.before === true)
        text += spellSpaced(part.bang.word);
    text += spellSpaced(part.flag);
    if (part.bang?.before === false)
        text += spellSpaced(part.bang.word);
    for (const value of part.values)
        text += spellSpaced(value);
    return text;
}
/** @returns a word with the blanks before it. */
export function spellSpaced(word) {
    return (word.blanks === 1 ? ' ' : ' '.repeat(word.blanks)) + spellWord(word);
}
