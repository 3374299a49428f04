import { isBlank } from '../blanks.js';
/**
 * A place in one line of text, moved on by sticky regular expressions. The text has plain blanks only (`withPlainBlanks`),
 * so what is a blank for one expression is one for all.
 */
export class Cursor {
    text;
    position;
    constructor(text, position = 0) {
        this.text = text;
        this.position = position;
    }
    /** @returns true where nothing but blanks is left; the blanks are skipped. */
    atEnd() {
        this.skipBlanks();
        return this.position >= this.text.length;
    }
    /** Moves to the next character that is not a blank. */
    skipBlanks() {
        while (isBlank(this.text.charCodeAt(this.position)))
            this.position++;
    }
    /**
     * Takes what the expression matches at the current place.
     * @param expression must have the flag `y`.
     * @returns the match, with the place moved behind it, or null with the place unchanged.
     */
    take(expression) {
        expression.lastIndex = this.position;
        const found = expression.exec(this.text);
        if (found !== null)
            this.position += found[0].length;
        return found;
    }
    /** @returns the characters up to the next blank: at least one, whatever it is, unless the text ends here. */
    word() {
        const start = this.position;
        do
            this.position++;
        while (this.position < this.text.length && !isBlank(this.text.charCodeAt(this.position)));
        this.position = Math.min(this.position, this.text.length);
        return this.text.slice(start, this.position);
    }
}
