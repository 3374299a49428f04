/** The lines of a text, one after the other, without leading and trailing blanks. */
export class Lines {
  readonly #text: string;
  #at = 0;
  /** Of the line taken last, counted from 1. */
  number = 0;
  /** Blanks in front of it. */
  indent = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Takes a line; null at the end. */
  next(): string | null {
    if (this.#at >= this.#text.length) return null;
    const end = this.#text.indexOf('\n', this.#at);
    const stop = end < 0 ? this.#text.length : end;
    const raw = this.#text.slice(this.#at, stop);
    const line = raw.trim();
    this.indent = raw.length - raw.trimStart().length;
    this.#at = stop + 1;
    this.number++;
    return line;
  }
}
