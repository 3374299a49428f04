/**
 * A set of numbers (addresses, ports) as ranges, ends included: ascending, disjoint, never touching, so that equal sets
 * have equal bounds. Immutable.
 */
export class Intervals {
  static readonly EMPTY = new Intervals([]);
  /** `from, to, from, to, …` */
  readonly bounds: readonly bigint[];

  private constructor(bounds: readonly bigint[]) {
    this.bounds = bounds;
  }

  /** @returns the set of one range; empty where `from` is above `to`. */
  static range(from: bigint, to: bigint): Intervals {
    return from > to ? Intervals.EMPTY : new Intervals([from, to]);
  }

  /** @returns the set of one number. */
  static one(value: bigint): Intervals {
    return new Intervals([value, value]);
  }

  /** @param ranges in any order; they may overlap. */
  static of(ranges: readonly (readonly [bigint, bigint])[]): Intervals {
    const sorted = ranges.filter(([from, to]) => from <= to).sort((a, b) => compare(a[0], b[0]));
    const bounds: bigint[] = [];
    for (const [from, to] of sorted) {
      const last = bounds.at(-1);
      if (last === undefined || from > last + 1n) bounds.push(from, to);
      else if (to > last) bounds[bounds.length - 1] = to;
    }
    return new Intervals(bounds);
  }

  get isEmpty(): boolean {
    return this.bounds.length === 0;
  }

  /** @returns the lowest number, or null. */
  get first(): bigint | null {
    return this.bounds[0] ?? null;
  }

  /** @returns the ranges, ascending. */
  *ranges(): Generator<readonly [bigint, bigint]> {
    for (let at = 0; at < this.bounds.length; at += 2) yield [this.from(at), this.to(at)];
  }

  has(value: bigint): boolean {
    let low = 0;
    let high = this.bounds.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.to(middle * 2) < value) low = middle + 1;
      else high = middle;
    }
    return low * 2 < this.bounds.length && this.from(low * 2) <= value;
  }

  equals(other: Intervals): boolean {
    return (
      this.bounds.length === other.bounds.length &&
      this.bounds.every((bound, index) => bound === other.bounds[index])
    );
  }

  and(other: Intervals): Intervals {
    const [first, second] = this.bounds.length <= other.bounds.length ? [this, other] : [other, this];
    const [from, to] = [first.first, first.bounds.at(-1)];
    if (from === null || to === undefined) return Intervals.EMPTY;
    if (from === to) return second.has(from) ? first : Intervals.EMPTY;
    const bounds: bigint[] = [];
    let at = 0;
    let otherAt = 0;
    while (at < first.bounds.length && otherAt < second.bounds.length) {
      const low = larger(first.from(at), second.from(otherAt));
      const high = smaller(first.to(at), second.to(otherAt));
      if (low <= high) bounds.push(low, high);
      if (first.to(at) < second.to(otherAt)) at += 2;
      else otherAt += 2;
    }
    return new Intervals(bounds);
  }

  /** @returns what is in this set and not in the other. */
  without(other: Intervals): Intervals {
    if (this.isEmpty || other.isEmpty) return this;
    const bounds: bigint[] = [];
    let otherAt = 0;
    for (let at = 0; at < this.bounds.length; at += 2) {
      let low = this.from(at);
      const high = this.to(at);
      while (otherAt < other.bounds.length && other.to(otherAt) < low) otherAt += 2;
      for (let next = otherAt; next < other.bounds.length && other.from(next) <= high; next += 2) {
        if (other.from(next) > low) bounds.push(low, other.from(next) - 1n);
        low = larger(low, other.to(next) + 1n);
      }
      if (low <= high) bounds.push(low, high);
    }
    return new Intervals(bounds);
  }

  private from(at: number): bigint {
    return this.bounds[at] ?? 0n;
  }

  private to(at: number): bigint {
    return this.bounds[at + 1] ?? 0n;
  }
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
