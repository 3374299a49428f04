/** The lines of a text, one after the other, without leading and trailing blanks. */
export class Lines {
    #text;
    #at = 0;
    /** Of the line taken last, counted from 1. */
    number = 0;
    constructor(text) {
        this.#text = text;
    }
    /** Takes a line; null at the end. */
    next() {
        if (this.#at >= this.#text.length)
            return null;
        const end = this.#text.indexOf('\n', this.#at);
        const stop = end < 0 ? this.#text.length : end;
        const line = this.#text.slice(this.#at, stop).trim();
        this.#at = stop + 1;
        this.number++;
        return line;
    }
}
