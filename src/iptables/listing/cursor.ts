/** A place in one line of text, moved on by sticky regular expressions. */
export class Cursor {
  readonly text: string;
  position: number;

  constructor(text: string, position = 0) {
    this.text = text;
    this.position = position;
  }

  /** @returns true where nothing but blanks is left; the blanks are skipped. */
  atEnd(): boolean {
    this.skipBlanks();
    return this.position >= this.text.length;
  }

  /** Moves to the next character that is not a blank. */
  skipBlanks(): void {
    while (this.text.charCodeAt(this.position) === 32 || this.text.charCodeAt(this.position) === 9)
      this.position++;
  }

  /**
   * Takes what the expression matches at the current place.
   * @param expression must have the flag `y`.
   * @returns the match, with the place moved behind it, or null with the place unchanged.
   */
  take(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.position;
    const found = expression.exec(this.text);
    if (found !== null) this.position += found[0].length;
    return found;
  }

  /** @returns the first expression's match at the current place, as {@link take} gives it. */
  word(): string {
    return this.take(/\S+/y)?.[0] ?? '';
  }
}
