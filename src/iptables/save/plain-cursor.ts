/** The bytes that plain rules are spelt with. */
export const SPACE = 32;
export const QUOTE = 34;
export const LAST_PRINTED = 126;
const DOT = 46;
export const ZERO = 48;
const NINE = 57;

/** So many decimal digits are exact in a number, and so is the power of ten by which they are divided. */
const MOST_DIGITS = 15;

/** A place in the bytes of one line, and what iptables-save prints to read on from there. */
export class PlainCursor {
  at: number;
  readonly bytes: Buffer;
  /** Behind the last byte of the line. */
  readonly end: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Reads `10.0.0.1`. @returns -1 for anything else. */
  ipv4(): number {
    let value = 0;
    for (let part = 0; part < 4; part++) {
      if (part > 0 && this.bytes[this.at++] !== DOT) return -1;
      const from = this.at;
      let number = 0;
      for (let byte = this.#digit(); byte >= 0 && this.at < from + 3; byte = this.#digit()) {
        number = number * 10 + byte;
        this.at++;
      }
      if (this.at === from || number > 255) return -1;
      value = value * 256 + number;
    }
    return value;
  }

  /** @returns -1 where what stands up to there is no port in decimal digits: one with a leading 0 is octal. */
  port(end: number): number {
    const from = this.at;
    let port = 0;
    while (this.at < end && this.at < from + 5 && this.#digit() >= 0) {
      port = port * 10 + this.#digit();
      this.at++;
    }
    const isOctal = this.bytes[from] === ZERO && this.at > from + 1;
    return this.at !== end || this.at === from || isOctal || port > 65535 ? -1 : port;
  }

  /** Reads digits and passes over what ends them. @returns -1 where there are none, or more than are exact. */
  digits(ending: number): number {
    const from = this.at;
    let value = 0;
    for (let digit = this.#digit(); digit >= 0; digit = this.#digit()) {
      value = value * 10 + digit;
      this.at++;
    }
    const count = this.at - from;
    return count === 0 || count > MOST_DIGITS || this.bytes[this.at++] !== ending ? -1 : value;
  }

  #digit(): number {
    const byte = this.bytes[this.at] ?? 0;
    return byte >= ZERO && byte <= NINE ? byte - ZERO : -1;
  }

  /** Passes over this text. @returns false where it does not stand here. */
  takes(text: string): boolean {
    const { length } = text;
    for (let index = 0; index < length; index++)
      if (this.bytes[this.at + index] !== text.charCodeAt(index)) return false;
    this.at += length;
    return true;
  }

  /** Goes to the end of a word without quotes, in ASCII. @returns false where it is no such word. */
  endsWord(): boolean {
    this.at = this.wordEnd();
    return this.at === this.end || this.bytes[this.at] === SPACE;
  }

  /** @returns where printed characters of ASCII end that are neither blanks nor quotes. */
  wordEnd(): number {
    let at = this.at;
    while (at < this.end && this.isPlain(at)) at++;
    return at;
  }

  /** @returns true for such a character. */
  isPlain(at: number): boolean {
    const byte = this.bytes[at] ?? 0;
    return byte > SPACE && byte <= LAST_PRINTED && byte !== QUOTE;
  }
}
