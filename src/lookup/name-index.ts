import { hashBytes, hashText, seedOfHash } from './hash-bytes.ts';

/** No name has this number. */
export const UNKNOWN = -1;

/**
 * Numbers names from 0, in the order in which they are added. A name is kept as the place where it first stands in the
 * bytes, since most of the 100,000 chains of a large dump are never asked for as text.
 */
export class NameIndex {
  size = 0;
  readonly #bytes: Buffer;
  #starts = new Uint32Array(64);
  #ends = new Uint32Array(64);
  #hashes = new Uint32Array(64);
  /** Open addressing: the number of a name, plus one, where its hash says or in the next free slot; 0 is free. */
  #slots = new Uint32Array(256);
  /** Names outside ASCII are kept as text: bytes that are no UTF-8 differ and yet have the same text. */
  readonly #others = new Map<string, number>();
  /** Of these, and of names that are spelled otherwise where they first stand. */
  readonly #otherTexts = new Map<number, string>();
  /** Those that were asked for: rules name the same chains over and over, and one text of each is kept by all who do. */
  readonly #texts: (string | undefined)[] = [];
  readonly #seed = seedOfHash();

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /**
   * @param likely asked first: names mostly stand in the same order.
   * @returns the number that another index has for the name with this number, or {@link UNKNOWN}.
   */
  numberIn(other: NameIndex, number: number, likely: number): number {
    const text = this.#otherTexts.get(number);
    if (text !== undefined) return other.findText(text);
    const [start, end] = [this.#starts[number] ?? 0, this.#ends[number] ?? 0];
    if (likely < other.size && other.#standsIn(this.#bytes, likely, start, end)) return likely;
    return other.#findIn(this.#bytes, start, end);
  }

  /** @returns the number of this name, or {@link UNKNOWN}. */
  findText(name: string): number {
    const hash = hashText(name, this.#seed);
    if (hash === null) return this.#others.get(name) ?? UNKNOWN;
    for (let slot = this.#firstSlot(hash); ; slot = this.#nextSlot(slot)) {
      const number = (this.#slots[slot] ?? 0) - 1;
      if (number < 0) return UNKNOWN;
      if (this.#hashes[number] === hash && this.#spells(number, name)) return number;
    }
  }

  /** The same for the name that stands between these bytes. */
  find(start: number, end: number): number {
    return this.#findIn(this.#bytes, start, end);
  }

  #findIn(bytes: Buffer, start: number, end: number): number {
    const hash = hashBytes(bytes, start, end, this.#seed);
    if (hash === null) return this.findText(bytes.toString('utf8', start, end));
    return this.#findHashed(hash, bytes, start, end);
  }

  /** @returns the number of the name that stands between these bytes; a new name gets the next number. */
  add(start: number, end: number): number {
    const hash = hashBytes(this.#bytes, start, end, this.#seed);
    if (hash === null) return this.addText(this.#bytes.toString('utf8', start, end), start);
    const known = this.#findHashed(hash, this.#bytes, start, end);
    if (known !== UNKNOWN) return known;
    const number = this.#next();
    this.#starts[number] = start;
    this.#ends[number] = end;
    this.#hashes[number] = hash;
    this.#enter(number, hash);
    return number;
  }

  /** The same for a name that was read already. @param start where it stands. */
  addText(name: string, start: number): number {
    if (hashText(name, this.#seed) !== null) return this.add(start, start + name.length);
    const known = this.#others.get(name);
    if (known !== undefined) return known;
    const number = this.#next();
    this.#others.set(name, number);
    this.#otherTexts.set(number, name);
    return number;
  }

  /** The same for a name that does not stand in the bytes as it reads: a backslash of JSON is in it. */
  addSpelt(name: string): number {
    const known = this.findText(name);
    if (known !== UNKNOWN) return known;
    const hash = hashText(name, this.#seed);
    const number = this.#next();
    this.#otherTexts.set(number, name);
    if (hash === null) this.#others.set(name, number);
    else {
      this.#hashes[number] = hash;
      this.#enter(number, hash);
    }
    return number;
  }

  /** @returns where the name with this number first stands. */
  startOf(number: number): number {
    return this.#starts[number] ?? 0;
  }

  /** @returns how many bytes the name with this number has where it first stands; 0 where it does not stand there as it reads. */
  lengthOf(number: number): number {
    return (this.#ends[number] ?? 0) - (this.#starts[number] ?? 0);
  }

  /** @returns true where the bytes of this name also stand here. */
  stands(number: number, start: number, end: number): boolean {
    return this.#standsIn(this.#bytes, number, start, end);
  }

  #standsIn(bytes: Buffer, number: number, start: number, end: number): boolean {
    if (this.#otherTexts.size > 0) {
      const other = this.#otherTexts.get(number);
      if (other !== undefined) return other === bytes.toString('utf8', start, end);
    }
    const from = this.#starts[number] ?? 0;
    if ((this.#ends[number] ?? 0) - from !== end - start) return false;
    for (let index = end - start - 1; index >= 0; index--) {
      if (this.#bytes[from + index] !== bytes[start + index]) return false;
    }
    return true;
  }

  /** @returns the name with this number. */
  text(number: number): string {
    const known = this.#otherTexts.get(number) ?? this.#texts[number];
    if (known !== undefined) return known;
    const text = this.#bytes.toString('latin1', this.#starts[number] ?? 0, this.#ends[number] ?? 0);
    // An array that is filled from its end is a hash table to V8.
    if (this.#texts.length < this.size) this.#texts.length = this.size;
    this.#texts[number] = text;
    return text;
  }

  /** @returns true where the name with this number begins so. */
  begins(number: number, text: string): boolean {
    const other = this.#otherTexts.get(number);
    if (other !== undefined) return other.startsWith(text);
    const from = this.#starts[number] ?? 0;
    if ((this.#ends[number] ?? 0) - from < text.length) return false;
    // Names of one kind begin alike and differ at the end of what is asked.
    for (let index = text.length - 1; index >= 0; index--) {
      if (this.#bytes[from + index] !== text.charCodeAt(index)) return false;
    }
    return true;
  }

  #findHashed(hash: number, bytes: Buffer, start: number, end: number): number {
    for (let slot = this.#firstSlot(hash); ; slot = this.#nextSlot(slot)) {
      const number = (this.#slots[slot] ?? 0) - 1;
      if (number < 0) return UNKNOWN;
      if (this.#hashes[number] === hash && this.#standsIn(bytes, number, start, end)) return number;
    }
  }

  #spells(number: number, name: string): boolean {
    if (this.#otherTexts.size > 0) {
      const other = this.#otherTexts.get(number);
      if (other !== undefined) return other === name;
    }
    const from = this.#starts[number] ?? 0;
    if ((this.#ends[number] ?? 0) - from !== name.length) return false;
    for (let index = 0; index < name.length; index++) {
      if (this.#bytes[from + index] !== name.charCodeAt(index)) return false;
    }
    return true;
  }

  /** @returns the next number, with room for its name. */
  #next(): number {
    if (this.size === this.#starts.length) {
      this.#starts = doubled(this.#starts);
      this.#ends = doubled(this.#ends);
      this.#hashes = doubled(this.#hashes);
    }
    if (this.size * 2 >= this.#slots.length) this.#growSlots();
    return this.size++;
  }

  #firstSlot(hash: number): number {
    return hash & (this.#slots.length - 1);
  }

  #nextSlot(slot: number): number {
    return (slot + 1) & (this.#slots.length - 1);
  }

  #enter(number: number, hash: number): void {
    let slot = this.#firstSlot(hash);
    while (this.#slots[slot] !== 0) slot = this.#nextSlot(slot);
    this.#slots[slot] = number + 1;
  }

  #growSlots(): void {
    this.#slots = new Uint32Array(this.#slots.length * 4);
    for (let number = 0; number < this.size; number++) {
      const hash = this.#hashes[number] ?? 0;
      if (this.#others.size === 0 || !this.#others.has(this.#otherTexts.get(number) ?? ''))
        this.#enter(number, hash);
    }
  }
}

/** @returns a copy with twice the room. */
export function doubled(column: Uint32Array): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(column.length * 2);
  grown.set(column);
  return grown;
}
