/** Entries at first; a power of two. */
const FIRST_SLOTS = 1 << 10;

/**
 * Gives each key of three numbers a small number of its own, from 0 on, in the order in which they are met. A million flows
 * are counted by such keys: as texts, or as numbers beyond 31 bits, each would cost an object.
 */
export class KeyNumbers {
  /** Open addressing; 0 is free, else the number + 1. */
  #slots = new Int32Array(FIRST_SLOTS);
  /** By number: the three of its key. */
  #keys = new Int32Array(FIRST_SLOTS * 3);
  #count = 0;

  /** How many keys have a number. */
  get count(): number {
    return this.#count;
  }

  /** Each part is a whole number of 32 bits. @returns the key's number, a new one where it has none. */
  of(a: number, b: number, c: number): number {
    const slot = this.#slotOf(a, b, c);
    const held = this.#slots[slot] ?? 0;
    if (held !== 0) return held - 1;
    const number = this.#count++;
    this.#slots[slot] = number + 1;
    this.#keys[number * 3] = a;
    this.#keys[number * 3 + 1] = b;
    this.#keys[number * 3 + 2] = c;
    if (this.#count * 2 > this.#slots.length) this.#grow();
    return number;
  }

  /** @returns the key's number; -1 where it has none. */
  find(a: number, b: number, c: number): number {
    return (this.#slots[this.#slotOf(a, b, c)] ?? 0) - 1;
  }

  /** @returns one part of the key with this number. */
  partOf(number: number, part: 0 | 1 | 2): number {
    return this.#keys[number * 3 + part] ?? 0;
  }

  /** Where the key stands, or is to stand. */
  #slotOf(a: number, b: number, c: number): number {
    const slots = this.#slots;
    const keys = this.#keys;
    const mask = slots.length - 1;
    let slot = hash(a, b, c) & mask;
    for (;;) {
      const held = slots[slot] ?? 0;
      if (held === 0) return slot;
      const at = (held - 1) * 3;
      if (keys[at] === a && keys[at + 1] === b && keys[at + 2] === c) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const size = this.#slots.length * 2;
    const keys = new Int32Array(size * 3);
    keys.set(this.#keys.subarray(0, this.#count * 3));
    this.#keys = keys;
    const slots = new Int32Array(size);
    for (let number = 0; number < this.#count; number++) {
      const at = number * 3;
      let slot = hash(keys[at] ?? 0, keys[at + 1] ?? 0, keys[at + 2] ?? 0) & (size - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (size - 1);
      slots[slot] = number + 1;
    }
    this.#slots = slots;
  }
}

/** Spreads neighbouring keys: multiplied by odd constants and mixed (the finish of MurmurHash3). */
function hash(a: number, b: number, c: number): number {
  let mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
