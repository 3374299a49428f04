import type { Box } from '../space/box.ts';

/**
 * Which box is looked at next. `depth`: what is left of a box before the next box, in little memory. `breadth`: the boxes in turns, so that a
 * budget that does not reach all of them shows something of each.
 */
export type Order = 'depth' | 'breadth';

/** Boxes that are still to be explored. */
export class Worklist {
  readonly #order: Order;
  /** Of `depth` the next one is the last. */
  #boxes: Box[];
  /** Of `breadth`: the place of the next one. */
  #next = 0;

  constructor(boxes: readonly Box[], order: Order) {
    this.#order = order;
    this.#boxes = order === 'depth' ? [...boxes].reverse() : [...boxes];
  }

  /** @returns the next box, which is no longer in the list; undefined where none is left. */
  take(): Box | undefined {
    if (this.#order === 'depth') return this.#boxes.pop();
    if (this.#next > this.#boxes.length / 2) {
      this.#boxes = this.#boxes.slice(this.#next);
      this.#next = 0;
    }
    return this.#boxes[this.#next++];
  }

  /** Adds what was left of a box. */
  add(boxes: readonly Box[]): void {
    this.#boxes.push(...(this.#order === 'depth' ? boxes.toReversed() : boxes));
  }

  /** @returns all that are left, in order. */
  rest(): Box[] {
    return this.#order === 'depth' ? this.#boxes.toReversed() : this.#boxes.slice(this.#next);
  }
}
