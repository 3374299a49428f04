/** Takes results as they come, and hands them on in the order of their numbers, each once those before it are there. */
export class InOrder<T> {
  readonly #early = new Map<number, T>();
  readonly #use: (value: T, index: number) => void;
  #next = 0;

  constructor(use: (value: T, index: number) => void) {
    this.#use = use;
  }

  put(index: number, value: T): void {
    this.#early.set(index, value);
    for (;;) {
      const ready = this.#early.get(this.#next);
      if (ready === undefined) return;
      this.#early.delete(this.#next);
      this.#use(ready, this.#next++);
    }
  }
}
