import { doubled } from './name-index.ts';

/** Numbers for which there is room at first. */
const ROOM = 2 ** 15;

/** Numbers by the hash of a text. Two texts can have one hash, so it tells whose a text may be: too many at worst, never too few. */
export class HashLists {
  /** Of each slot the entry that was added last, plus one; 0: none. */
  #slots = new Uint32Array(2 * ROOM);
  #hashes = new Uint32Array(ROOM);
  #numbers = new Uint32Array(ROOM);
  /** The entry before in the same slot, plus one. */
  #before = new Uint32Array(ROOM);
  #count = 0;

  /** @param number not smaller than those before */
  add(hash: number, number: number): void {
    const last = this.#count - 1;
    if (this.#hashes[last] === hash && this.#numbers[last] === number) return;
    if (this.#count === this.#numbers.length) this.#grow();
    this.#hashes[this.#count] = hash;
    this.#numbers[this.#count] = number;
    this.#enter(this.#count++);
  }

  /** @returns the numbers that were added with this hash, each once, in order. */
  at(hash: number): number[] {
    const found: number[] = [];
    let entry = this.#slots[hash & (this.#slots.length - 1)] ?? 0;
    for (; entry > 0; entry = this.#before[entry - 1] ?? 0) {
      const number = this.#numbers[entry - 1] ?? 0;
      if (this.#hashes[entry - 1] === hash && found.at(-1) !== number) found.push(number);
    }
    return found.reverse();
  }

  /** @returns true where this is so for some of the lists of more than one number. */
  some(is: (numbers: readonly number[]) => boolean): boolean {
    for (let entry = 0; entry < this.#count; entry++) {
      const hash = this.#hashes[entry] ?? 0;
      let before = this.#before[entry] ?? 0;
      while (before > 0 && this.#hashes[before - 1] !== hash) before = this.#before[before - 1] ?? 0;
      if (before > 0 && is(this.at(hash))) return true;
    }
    return false;
  }

  #enter(entry: number): void {
    const slot = (this.#hashes[entry] ?? 0) & (this.#slots.length - 1);
    this.#before[entry] = this.#slots[slot] ?? 0;
    this.#slots[slot] = entry + 1;
  }

  #grow(): void {
    this.#hashes = doubled(this.#hashes);
    this.#numbers = doubled(this.#numbers);
    this.#before = doubled(this.#before);
    this.#slots = new Uint32Array(this.#numbers.length * 2);
    for (let entry = 0; entry < this.#count; entry++) this.#enter(entry);
  }
}
