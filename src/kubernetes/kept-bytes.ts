/** Where a text stands. */
export interface KeptText {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

const BLOCK = 1024 * 1024;

/** Keeps texts, in blocks that are never moved. */
export class KeptBytes {
  #block: Buffer = Buffer.alloc(0);
  #length = 0;

  /**
   * Copies a text without some parts of it.
   * @param cuts start and end of each part, in order @param count how many numbers of them there are
   */
  add(bytes: Buffer, start: number, end: number, cuts: Uint32Array, count: number): KeptText {
    if (this.#block.length - this.#length < end - start) {
      this.#block = Buffer.allocUnsafeSlow(Math.max(BLOCK, end - start));
      this.#length = 0;
    }
    const at = this.#length;
    let from = start;
    for (let index = 0; index < count; index += 2) {
      this.#length += bytes.copy(this.#block, this.#length, from, cuts[index]);
      from = cuts[index + 1] ?? end;
    }
    this.#length += bytes.copy(this.#block, this.#length, from, end);
    return { bytes: this.#block, start: at, end: this.#length };
  }
}
