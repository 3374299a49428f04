import { Intervals } from './intervals.ts';

/**
 * Numbers cut into stretches at every boundary that something depends on: within a stretch nothing can tell one number
 * from another. Stretches that a question answers alike are put together again.
 */
export class Partition {
  /** First number of each stretch, ascending; the first is 0. */
  readonly #starts: readonly bigint[];
  readonly #end: bigint;
  readonly #answers = new Map<string, string[]>();
  readonly #groups = new Map<string, Intervals>();

  /**
   * @param end the highest number.
   * @param ranges whose ends are boundaries.
   */
  constructor(end: bigint, ranges: Iterable<readonly [bigint, bigint]>) {
    const starts = new Set<bigint>([0n]);
    for (const [from, to] of ranges) {
      starts.add(from);
      if (to < end) starts.add(to + 1n);
    }
    this.#starts = [...starts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    this.#end = end;
  }

  /** @returns the stretch that a number lies in. */
  stretch(value: bigint): Intervals {
    const at = this.indexOf(value);
    return Intervals.range(this.#starts[at] ?? 0n, this.#endOf(at));
  }

  /**
   * @param question names the question, so that its answers are computed once.
   * @param answer is asked the first number of each stretch.
   * @returns all numbers of which the answer is the same as of this one.
   */
  alike(value: bigint, question: string, answer: (value: bigint) => string): Intervals {
    let answers = this.#answers.get(question);
    if (answers === undefined) {
      answers = this.#starts.map(answer);
      this.#answers.set(question, answers);
    }
    const own = answers[this.indexOf(value)] ?? '';
    const key = `${question}\0${own}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      const ranges: [bigint, bigint][] = [];
      for (const [at, each] of answers.entries())
        if (each === own) ranges.push([this.#starts[at] ?? 0n, this.#endOf(at)]);
      group = Intervals.of(ranges);
      this.#groups.set(key, group);
    }
    return group;
  }

  /** @returns the numbers for which two answers to a question differ. */
  differing(before: (value: bigint) => string, after: (value: bigint) => string): Intervals {
    const ranges: [bigint, bigint][] = [];
    for (const [at, start] of this.#starts.entries())
      if (before(start) !== after(start)) ranges.push([start, this.#endOf(at)]);
    return Intervals.of(ranges);
  }

  #endOf(at: number): bigint {
    const next = this.#starts[at + 1];
    return next === undefined ? this.#end : next - 1n;
  }

  /** @returns the number of the stretch that a number lies in. */
  indexOf(value: bigint): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0n) <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
