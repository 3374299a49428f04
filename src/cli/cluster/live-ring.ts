import { MOST_OTHERS } from './follow-to-others.ts';

/** A node, and those behind it in the list. */
export interface InRing<N> {
  readonly node: N;
  readonly others: readonly N[];
}

/**
 * Gives each live node those behind it in the list, the first behind the last: so that no more states are held at once than
 * that takes, however many nodes the cluster has.
 */
export class LiveRing<N> {
  readonly #first: N[] = [];
  #waiting: N[] = [];

  /** Adds the next node. @returns those of which enough others are known now. */
  add(node: N): InRing<N>[] {
    if (this.#first.length < MOST_OTHERS) this.#first.push(node);
    this.#waiting.push(node);
    const ready = this.#waiting.length - MOST_OTHERS;
    return ready < 1 ? [] : this.#take(ready);
  }

  /** No node follows. @returns the rest. */
  end(): InRing<N>[] {
    return this.#take(this.#waiting.length);
  }

  #take(count: number): InRing<N>[] {
    const ring = [...this.#waiting, ...this.#first];
    const taken = this.#waiting.slice(0, count).map((node, at) => ({
      node,
      others: [...new Set(ring.slice(at + 1, at + 1 + MOST_OTHERS))].filter((other) => other !== node),
    }));
    this.#waiting = this.#waiting.slice(count);
    return taken;
  }
}
