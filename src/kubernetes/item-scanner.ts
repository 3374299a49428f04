import { doubled } from '../lookup/name-index.ts';
import type { WantedKey, WantedKeys } from './wanted-keys.ts';

/** Where the JSON is no JSON. */
export const INVALID = -1;

/** What is nested deeper is left to the reader of whole texts. No API object is. */
const DEEPEST = 100;

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BLANK = 32;
const QUOTE = 34;
const PLUS = 43;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN = 123;
const CLOSE = 125;
/** What bit a letter of ASCII has where it is a small one. */
const SMALL = 32;
const LETTER_E = 101;
const LETTER_U = 117;
/** What may follow a backslash, `u` and its four digits aside. */
const ESCAPED: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

/**
 * Walks over an object in JSON, making nothing of it: most of what an API server says of a pod nobody reads, and what V8 makes of that
 * costs five times as much. What is walked over is JSON to the letter, as JSON.parse would have it.
 */
export class ItemScanner {
  #bytes: Buffer = Buffer.alloc(0);
  /** Start and end of each part that is not wanted, in order. */
  #cuts = new Uint32Array(1024);
  #count = 0;
  #backslashes = 0;
  #kindAt = INVALID;
  #respelled = false;

  /** Takes the bytes in which the next objects are. */
  begin(bytes: Buffer): void {
    this.#bytes = bytes;
  }

  /** How many numbers of {@link cuts} are used. */
  get count(): number {
    return this.#count;
  }

  /** Start and end of what the last object has beside what was wanted of it: without it, it is still JSON. */
  get cuts(): Uint32Array {
    return this.#cuts;
  }

  /** Where the value of the object's own field `kind` begins; {@link INVALID} where it has none, or not in these letters. */
  get kindAt(): number {
    return this.#kindAt;
  }

  /** True where a field of the object's own is not spelled as it reads: it may be any, its kind too. */
  get respelled(): boolean {
    return this.#respelled;
  }

  /** How many bytes the cuts have. */
  get lengthCut(): number {
    let length = 0;
    for (let index = 0; index < this.#count; index += 2)
      length += (this.#cuts[index + 1] ?? 0) - (this.#cuts[index] ?? 0);
    return length;
  }

  /**
   * Walks over the object that begins here.
   * @param wanted what is not among it is cut out
   * @returns where the object ends, or {@link INVALID}.
   */
  object(start: number, wanted: WantedKeys): number {
    this.#count = 0;
    this.#kindAt = INVALID;
    this.#respelled = false;
    return this.#object(start, wanted, 0);
  }

  #object(start: number, wanted: WantedKeys, depth: number): number {
    const bytes = this.#bytes;
    if (depth > DEEPEST) return INVALID;
    let at = this.#blanks(start + 1);
    if (bytes[at] === CLOSE) return at + 1;
    /** The end of what was kept last. */
    let from = start + 1;
    let comma = INVALID;
    let keeps = false;
    let drops = false;
    for (;;) {
      const key = at;
      const backslashes = this.#backslashes;
      at = this.#key(at);
      if (at === INVALID) return INVALID;
      const found = this.#find(key + 1, wanted);
      // A key that is spelled otherwise may be any.
      if (found !== null || this.#backslashes > backslashes) {
        if (drops) this.#cut(from, keeps ? comma : key);
        if (depth === 0 && found === null) this.#respelled = true;
        if (depth === 0 && found?.isKind === true) this.#kindAt = at;
        at =
          found === null || found.inner === null
            ? this.#value(at, depth)
            : this.#parts(at, found.inner, depth);
        from = at;
        keeps = true;
        drops = false;
      } else {
        at = this.#value(at, depth);
        drops = true;
      }
      if (at === INVALID) return INVALID;
      at = this.#blanks(at);
      if (bytes[at] === CLOSE) {
        if (drops) this.#cut(from, at);
        return at + 1;
      }
      if (bytes[at] !== COMMA) return INVALID;
      comma = at;
      at = this.#blanks(at + 1);
    }
  }

  /** An object, or objects in a list. */
  #parts(start: number, wanted: WantedKeys, depth: number): number {
    const byte = this.#bytes[start];
    if (byte === OPEN) return this.#object(start, wanted, depth + 1);
    return byte === OPEN_LIST ? this.#list(start, wanted, depth + 1) : this.#value(start, depth);
  }

  #value(start: number, depth: number): number {
    const byte = this.#bytes[start];
    if (byte === QUOTE) return this.#text(start + 1);
    if (byte === OPEN) return this.#members(start, depth + 1);
    if (byte === OPEN_LIST) return this.#list(start, null, depth + 1);
    if (byte === TRUE[0]) return this.#word(start, TRUE);
    if (byte === FALSE[0]) return this.#word(start, FALSE);
    if (byte === NULL[0]) return this.#word(start, NULL);
    return this.#number(start);
  }

  #members(start: number, depth: number): number {
    const bytes = this.#bytes;
    if (depth > DEEPEST) return INVALID;
    let at = this.#blanks(start + 1);
    if (bytes[at] === CLOSE) return at + 1;
    for (;;) {
      at = this.#key(at);
      if (at === INVALID) return INVALID;
      at = this.#value(at, depth);
      if (at === INVALID) return INVALID;
      at = this.#blanks(at);
      if (bytes[at] === CLOSE) return at + 1;
      if (bytes[at] !== COMMA) return INVALID;
      at = this.#blanks(at + 1);
    }
  }

  /** @param wanted of each object in it; null: all is kept or cut out as one */
  #list(start: number, wanted: WantedKeys | null, depth: number): number {
    const bytes = this.#bytes;
    if (depth > DEEPEST) return INVALID;
    let at = this.#blanks(start + 1);
    if (bytes[at] === CLOSE_LIST) return at + 1;
    for (;;) {
      const isPart = wanted !== null && bytes[at] === OPEN;
      at = isPart ? this.#object(at, wanted, depth) : this.#value(at, depth);
      if (at === INVALID) return INVALID;
      at = this.#blanks(at);
      if (bytes[at] === CLOSE_LIST) return at + 1;
      if (bytes[at] !== COMMA) return INVALID;
      at = this.#blanks(at + 1);
    }
  }

  /** @returns where the key's value begins. */
  #key(start: number): number {
    if (this.#bytes[start] !== QUOTE) return INVALID;
    const end = this.#text(start + 1);
    if (end === INVALID) return INVALID;
    const at = this.#blanks(end);
    return this.#bytes[at] === COLON ? this.#blanks(at + 1) : INVALID;
  }

  #find(start: number, { keys }: WantedKeys): WantedKey | null {
    const bytes = this.#bytes;
    for (const wanted of keys) {
      const key = wanted.bytes;
      let index = key.length;
      if (bytes[start + index] !== QUOTE) continue;
      while (index > 0 && key[index - 1] === bytes[start + index - 1]) index--;
      if (index === 0) return wanted;
    }
    return null;
  }

  /** @param start behind the quote. @returns the place behind the other one. */
  #text(start: number): number {
    const bytes = this.#bytes;
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
    this.#backslashes++;
    const byte = this.#bytes[start] ?? 0;
    if (byte !== LETTER_U) return ESCAPED.has(byte) ? start : INVALID;
    for (let at = start + 1; at <= start + 4; at++) {
      const digit = this.#bytes[at] ?? 0;
      const letter = digit | SMALL;
      if (!isDigit(digit) && (letter < 97 || letter > 102)) return INVALID;
    }
    return start + 4;
  }

  #word(start: number, word: Uint8Array): number {
    for (let index = 1; index < word.length; index++)
      if (this.#bytes[start + index] !== word[index]) return INVALID;
    return start + word.length;
  }

  #number(start: number): number {
    const bytes = this.#bytes;
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
    while (isDigit(this.#bytes[at] ?? 0)) at++;
    return at === start ? INVALID : at;
  }

  #blanks(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    for (;;) {
      const byte = bytes[at];
      if (byte !== BLANK && byte !== LINE_FEED && byte !== CARRIAGE_RETURN && byte !== TAB) return at;
      at++;
    }
  }

  #cut(start: number, end: number): void {
    if (this.#count + 2 > this.#cuts.length) this.#cuts = doubled(this.#cuts);
    this.#cuts[this.#count++] = start;
    this.#cuts[this.#count++] = end;
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}
