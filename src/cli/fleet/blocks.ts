/** Of no block more than this is waited for before what stands behind it can be told. */
const LARGEST = 16;

/**
 * Gives out the numbers from 0 on in blocks that stand side by side: large ones first, since a block's neighbours are read for it, too,
 * and small ones at the end, so that all who take them are done at the same time.
 */
export class Blocks {
  readonly #end: number;
  readonly #takers: number;
  readonly #smallest: number;
  #next = 0;

  /** @param smallest what is worth a block, where enough is left for all */
  constructor(count: number, takers: number, smallest: number) {
    this.#end = count;
    this.#takers = takers;
    this.#smallest = smallest;
  }

  /** @returns the next numbers; none where all were taken. */
  take(): number[] {
    const left = this.#end - this.#next;
    const share = Math.ceil(left / this.#takers);
    const size = Math.min(LARGEST, share, Math.max(this.#smallest, Math.ceil(share / 2)));
    const from = this.#next;
    this.#next += size;
    return Array.from({ length: size }, (_, at) => from + at);
  }
}
