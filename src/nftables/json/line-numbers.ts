const NEWLINE = 10;
const BLOCK = 65_536;

/** Says on which line a byte stands. Counted when first asked, and block by block: objects are asked for in any order. */
export class LineNumbers {
  readonly #bytes: Buffer;
  /** How many lines end before each block; null before it was counted. */
  #before: Uint32Array | null = null;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** @returns the line of a byte, counted from 1. */
  at(byte: number): number {
    this.#before ??= this.#countBlocks();
    const block = Math.floor(byte / BLOCK);
    return (this.#before[block] ?? 0) + this.#count(block * BLOCK, byte) + 1;
  }

  #countBlocks(): Uint32Array {
    const before = new Uint32Array(Math.floor(this.#bytes.length / BLOCK) + 1);
    // nft prints all in one line: then this looks once for its end, which is quick.
    for (let at = this.#next(0); at < this.#bytes.length; at = this.#next(at + 1)) {
      const block = Math.floor(at / BLOCK) + 1;
      if (block < before.length) before[block] = (before[block] ?? 0) + 1;
    }
    for (let block = 1; block < before.length; block++)
      before[block] = (before[block] ?? 0) + (before[block - 1] ?? 0);
    return before;
  }

  #count(from: number, to: number): number {
    const block = this.#bytes.subarray(from, to);
    let lines = 0;
    for (let at = block.indexOf(NEWLINE); at >= 0; at = block.indexOf(NEWLINE, at + 1)) lines++;
    return lines;
  }

  #next(from: number): number {
    const found = this.#bytes.indexOf(NEWLINE, from);
    return found < 0 ? this.#bytes.length : found;
  }
}
