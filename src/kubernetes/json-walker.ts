/** Where the JSON is no JSON. */
export const INVALID = -1;

/** What is nested deeper is left to the reader of whole texts. No API object is. */
export const DEEPEST = 100;

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BLANK = 32;
export const QUOTE = 34;
const PLUS = 43;
export const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
export const OPEN_LIST = 91;
export const BACKSLASH = 92;
export const CLOSE_LIST = 93;
export const OPEN = 123;
export const CLOSE = 125;
/** What bit a letter of ASCII has where it is a small one. */
const SMALL = 32;
const LETTER_E = 101;
const LETTER_U = 117;
/** What may follow a backslash, `u` and its four digits aside. */
const ESCAPED: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

/** Walks over JSON in bytes, making nothing of it. What is walked over is JSON to the letter, as JSON.parse would have it. */
export class JsonWalker {
  protected bytes: Buffer = Buffer.alloc(0);
  /** How many were met. */
  protected backslashes = 0;

  protected value(start: number, depth: number): number {
    const byte = this.bytes[start];
    if (byte === QUOTE) return this.text(start + 1);
    if (byte === OPEN) return this.#members(start, depth + 1);
    if (byte === OPEN_LIST) return this.#list(start, depth + 1);
    if (byte === TRUE[0]) return this.#word(start, TRUE);
    if (byte === FALSE[0]) return this.#word(start, FALSE);
    if (byte === NULL[0]) return this.#word(start, NULL);
    return this.#number(start);
  }

  #members(start: number, depth: number): number {
    const bytes = this.bytes;
    if (depth > DEEPEST) return INVALID;
    let at = this.blanks(start + 1);
    if (bytes[at] === CLOSE) return at + 1;
    for (;;) {
      at = this.key(at);
      if (at === INVALID) return INVALID;
      at = this.value(at, depth);
      if (at === INVALID) return INVALID;
      at = this.blanks(at);
      if (bytes[at] === CLOSE) return at + 1;
      if (bytes[at] !== COMMA) return INVALID;
      at = this.blanks(at + 1);
    }
  }

  #list(start: number, depth: number): number {
    const bytes = this.bytes;
    if (depth > DEEPEST) return INVALID;
    let at = this.blanks(start + 1);
    if (bytes[at] === CLOSE_LIST) return at + 1;
    for (;;) {
      at = this.value(at, depth);
      if (at === INVALID) return INVALID;
      at = this.blanks(at);
      if (bytes[at] === CLOSE_LIST) return at + 1;
      if (bytes[at] !== COMMA) return INVALID;
      at = this.blanks(at + 1);
    }
  }

  /** @returns where the key's value begins. */
  protected key(start: number): number {
    if (this.bytes[start] !== QUOTE) return INVALID;
    const end = this.text(start + 1);
    if (end === INVALID) return INVALID;
    const at = this.blanks(end);
    return this.bytes[at] === COLON ? this.blanks(at + 1) : INVALID;
  }

  /** @param start behind the quote. @returns the place behind the other one. */
  protected text(start: number): number {
    const bytes = this.bytes;
    const { length } = bytes;
    for (let at = start; at < length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) return at + 1;
      if (byte < BLANK) return INVALID;
      if (byte === BACKSLASH) {
        at = this.#escaped(at + 1);
        if (at === INVALID) return INVALID;
      }
    }
    return INVALID;
  }

  /** @param start behind the backslash. @returns the last byte of what it stands for. */
  #escaped(start: number): number {
    this.backslashes++;
    const byte = this.bytes[start] ?? 0;
    if (byte !== LETTER_U) return ESCAPED.has(byte) ? start : INVALID;
    for (let at = start + 1; at <= start + 4; at++) {
      const digit = this.bytes[at] ?? 0;
      const letter = digit | SMALL;
      if (!isDigit(digit) && (letter < 97 || letter > 102)) return INVALID;
    }
    return start + 4;
  }

  #word(start: number, word: Uint8Array): number {
    for (let index = 1; index < word.length; index++)
      if (this.bytes[start + index] !== word[index]) return INVALID;
    return start + word.length;
  }

  #number(start: number): number {
    const bytes = this.bytes;
    let at = bytes[start] === MINUS ? start + 1 : start;
    if (bytes[at] === ZERO) at++;
    else at = this.#digits(at);
    if (at !== INVALID && bytes[at] === DOT) at = this.#digits(at + 1);
    if (at === INVALID || ((bytes[at] ?? 0) | SMALL) !== LETTER_E) return at;
    const sign = bytes[at + 1];
    return this.#digits(sign === PLUS || sign === MINUS ? at + 2 : at + 1);
  }

  #digits(start: number): number {
    let at = start;
    while (isDigit(this.bytes[at] ?? 0)) at++;
    return at === start ? INVALID : at;
  }

  protected blanks(start: number): number {
    const bytes = this.bytes;
    let at = start;
    for (;;) {
      if (!isBlank(bytes[at])) return at;
      at++;
    }
  }
}

/** @returns true for what may stand between the parts of JSON. */
export function isBlank(byte: number | undefined): boolean {
  return byte === BLANK || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}
