import type { Capture } from '../capture.ts';
import { MOST_OTHERS } from './follow-to-others.ts';

/** A live node that was read. */
export interface ReadNode {
  readonly name: string;
  readonly capture: Capture;
}

/** A node, and those behind it in the list. */
export interface InRing {
  readonly node: ReadNode;
  readonly others: readonly ReadNode[];
}

/**
 * Gives each live node those behind it in the list, the first behind the last: so that no more states are held at once than
 * that takes, however many nodes the cluster has.
 */
export class LiveRing {
  readonly #first: ReadNode[] = [];
  #waiting: ReadNode[] = [];

  /** Adds the next node. @returns those of which enough others are known now. */
  add(node: ReadNode): InRing[] {
    if (this.#first.length < MOST_OTHERS) this.#first.push(node);
    this.#waiting.push(node);
    const ready = this.#waiting.length - MOST_OTHERS;
    return ready < 1 ? [] : this.#take(ready);
  }

  /** No node follows. @returns the rest. */
  end(): InRing[] {
    return this.#take(this.#waiting.length);
  }

  #take(count: number): InRing[] {
    const ring = [...this.#waiting, ...this.#first];
    const taken = this.#waiting.slice(0, count).map((node, at) => ({
      node,
      others: [...new Set(ring.slice(at + 1, at + 1 + MOST_OTHERS))].filter((other) => other !== node),
    }));
    this.#waiting = this.#waiting.slice(count);
    return taken;
  }
}
