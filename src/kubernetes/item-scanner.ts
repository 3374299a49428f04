import { doubled } from '../lookup/name-index.ts';
import {
  CLOSE,
  CLOSE_LIST,
  COMMA,
  DEEPEST,
  INVALID,
  JsonWalker,
  OPEN,
  OPEN_LIST,
  QUOTE,
} from './json-walker.ts';
import type { WantedKey, WantedKeys } from './wanted-keys.ts';

/**
 * Walks over an object in JSON, making nothing of it: most of what an API server says of a pod nobody reads, and what V8 makes of that
 * costs five times as much. What is walked over is JSON to the letter, as JSON.parse would have it.
 */
export class ItemScanner extends JsonWalker {
  /** Start and end of each part that is not wanted, in order. */
  #cuts = new Uint32Array(1024);
  #count = 0;
  #kindAt = INVALID;
  #respelled = false;
  /** What each text that is noted is noted as, its start and its end. */
  #marks = new Uint32Array(1024);
  #markCount = 0;
  #isPlain = true;

  /** Takes the bytes in which the next objects are. */
  begin(bytes: Buffer): void {
    this.bytes = bytes;
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

  /** How many numbers of {@link marks} are used. */
  get markCount(): number {
    return this.#markCount;
  }

  /** What is noted of the last object: of each text what it is noted as, and the start and the end of its bytes, in order. */
  get marks(): Uint32Array {
    return this.#marks;
  }

  /**
   * True where a reader of the last object finds nothing but what is noted, and finds it where it is the only one of its kind: no key that
   * leads there stands twice or in other letters.
   */
  get isPlain(): boolean {
    return this.#isPlain;
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
    this.#markCount = 0;
    this.#isPlain = true;
    return this.#object(start, wanted, 0);
  }

  #object(start: number, wanted: WantedKeys, depth: number): number {
    const bytes = this.bytes;
    if (depth > DEEPEST) return INVALID;
    let at = this.blanks(start + 1);
    if (bytes[at] === CLOSE) return at + 1;
    /** The end of what was kept last. */
    let from = start + 1;
    let comma = INVALID;
    let keeps = false;
    let drops = false;
    let met = 0;
    for (;;) {
      const key = at;
      const backslashes = this.backslashes;
      at = this.key(at);
      if (at === INVALID) return INVALID;
      const found = this.#find(key + 1, wanted);
      // A key that is spelled otherwise may be any.
      if (found !== null || this.backslashes > backslashes) {
        if (drops) this.#cut(from, keeps ? comma : key);
        if (depth === 0 && found === null) this.#respelled = true;
        if (depth === 0 && found?.isKind === true) this.#kindAt = at;
        if (found === null || (met & found.bit) !== 0) this.#isPlain = false;
        met |= found?.bit ?? 0;
        at = found === null ? this.value(at, depth) : this.#wanted(at, found, depth);
        from = at;
        keeps = true;
        drops = false;
      } else {
        at = this.value(at, depth);
        drops = true;
      }
      if (at === INVALID) return INVALID;
      at = this.blanks(at);
      if (bytes[at] === CLOSE) {
        if (drops) this.#cut(from, at);
        return at + 1;
      }
      if (bytes[at] !== COMMA) return INVALID;
      comma = at;
      at = this.blanks(at + 1);
    }
  }

  /** The value of a key that is wanted: what is wanted of an object, or of each object in a list. */
  #wanted(start: number, key: WantedKey, depth: number): number {
    const byte = this.bytes[start];
    if (byte === OPEN_LIST) {
      // In a list a reader of one thing finds nothing.
      if (key.form === 'one') this.#isPlain = false;
      return this.#list(start, key, depth + 1);
    }
    if (key.inner !== null && byte === OPEN) return this.#object(start, key.inner, depth + 1);
    return key.form === 'one' ? this.#noted(start, key, depth) : this.value(start, depth);
  }

  #list(start: number, key: WantedKey, depth: number): number {
    const bytes = this.bytes;
    if (depth > DEEPEST) return INVALID;
    let at = this.blanks(start + 1);
    if (bytes[at] === CLOSE_LIST) return at + 1;
    for (;;) {
      if (key.inner !== null && bytes[at] === OPEN) at = this.#object(at, key.inner, depth);
      else at = key.form === 'list' ? this.#noted(at, key, depth) : this.value(at, depth);
      if (at === INVALID) return INVALID;
      at = this.blanks(at);
      if (bytes[at] === CLOSE_LIST) return at + 1;
      if (bytes[at] !== COMMA) return INVALID;
      at = this.blanks(at + 1);
    }
  }

  /** A value that is noted where it is to be. */
  #noted(start: number, { mark }: WantedKey, depth: number): number {
    const { backslashes } = this;
    const end = this.value(start, depth);
    if (mark === 0) return end;
    // An empty text counts as none, and one with a backslash does not read as it stands.
    if (this.bytes[start] !== QUOTE || end === start + 2 || this.backslashes > backslashes)
      this.#isPlain = false;
    if (this.#markCount + 3 > this.#marks.length) this.#marks = doubled(this.#marks);
    this.#marks[this.#markCount++] = mark;
    this.#marks[this.#markCount++] = start + 1;
    this.#marks[this.#markCount++] = end - 1;
    return end;
  }

  #find(start: number, { keys }: WantedKeys): WantedKey | null {
    const bytes = this.bytes;
    for (const wanted of keys) {
      const key = wanted.bytes;
      let index = key.length;
      if (bytes[start + index] !== QUOTE) continue;
      while (index > 0 && key[index - 1] === bytes[start + index - 1]) index--;
      if (index === 0) return wanted;
    }
    return null;
  }

  #cut(start: number, end: number): void {
    if (this.#count + 2 > this.#cuts.length) this.#cuts = doubled(this.#cuts);
    this.#cuts[this.#count++] = start;
    this.#cuts[this.#count++] = end;
  }
}
