import type { Chain, Table } from './ruleset.ts';

/** A rule by its place: the chain, and the index in its rules, from 0. */
export interface RuleAt {
  readonly chain: Chain;
  readonly index: number;
}

const NOWHERE = -1;
const JUMPS = new WeakMap<Table, Jumps>();

/** @returns where every rule of a table leads: all of them are looked at, once for each table, and none is parsed. */
export function jumpsOf(table: Table): Jumps {
  let jumps = JUMPS.get(table);
  if (jumps === undefined) {
    jumps = new Jumps(table);
    JUMPS.set(table, jumps);
  }
  return jumps;
}

/** Rules by what they lead to: those of each number, and where they begin. */
interface ByTarget {
  readonly places: Uint32Array;
  readonly first: Uint32Array;
}

/** Where the rules of a table lead, by the words behind `-j` and `-g`: 400,000 numbers. */
export class Jumps {
  /** Words that no chain of the table has for a name, in the order of the rules: targets of iptables, and chains that are missing. */
  readonly others: readonly string[];
  readonly #chains: readonly Chain[];
  /** Of the chains, in the order of the table, and behind them of the other words. */
  readonly #numbers = new Map<string, number>();
  /** The number of what each rule leads to; rules in the order of the table. */
  readonly #to: Int32Array;
  /** The place of each chain's first rule in {@link #to}; last, how many rules there are. */
  readonly #first: Uint32Array;
  #byTarget: ByTarget | null = null;

  constructor({ chains }: Table) {
    this.#chains = [...chains.values()];
    this.#first = new Uint32Array(this.#chains.length + 1);
    let count = 0;
    for (const [number, { name, rules }] of this.#chains.entries()) {
      this.#numbers.set(name, number);
      count += rules.length;
      this.#first[number + 1] = count;
    }
    this.#to = new Int32Array(count).fill(NOWHERE);
    const others: string[] = [];
    let place = 0;
    for (const { rules } of this.#chains)
      for (let index = 0; index < rules.length; index++, place++) {
        const target = rules.targetName(index);
        if (target === null) continue;
        let to = this.#numbers.get(target);
        if (to === undefined) {
          to = this.#numbers.size;
          this.#numbers.set(target, to);
          // Some tables have chains to ask for that are not gone through.
          if (!chains.has(target)) others.push(target);
        }
        this.#to[place] = to;
      }
    this.others = others;
  }

  /** @returns the rules that lead to any of these, in the order of the table. */
  to(targets: readonly string[]): RuleAt[] {
    this.#byTarget ??= this.#sorted();
    const { places, first } = this.#byTarget;
    const found = targets.flatMap((target) => {
      const number = this.#numbers.get(target);
      return number === undefined ? [] : [...places.subarray(first[number], first[number + 1])];
    });
    return found.sort((a, b) => a - b).map((place) => this.#at(place));
  }

  /** @returns the names of the chains that a packet in one of these can come to, those themselves among them. */
  reachedFrom(chains: Iterable<string>): ReadonlySet<string> {
    const reached = new Set<number>();
    const isChain = (number: number | undefined) => number !== undefined && number < this.#chains.length;
    for (const name of chains) {
      const number = this.#numbers.get(name);
      if (number !== undefined && isChain(number)) reached.add(number);
    }
    for (const number of reached) {
      const end = this.#first[number + 1] ?? 0;
      for (let place = this.#first[number] ?? 0; place < end; place++) {
        const to = this.#to[place] ?? NOWHERE;
        if (to !== NOWHERE && isChain(to)) reached.add(to);
      }
    }
    return new Set(Array.from(reached, (number) => this.#chains[number]?.name ?? ''));
  }

  /** By counting. */
  #sorted(): ByTarget {
    const first = new Uint32Array(this.#numbers.size + 1);
    for (const to of this.#to) if (to !== NOWHERE) first[to + 1] = (first[to + 1] ?? 0) + 1;
    for (let number = 1; number < first.length; number++)
      first[number] = (first[number] ?? 0) + (first[number - 1] ?? 0);
    const places = new Uint32Array(first.at(-1) ?? 0);
    const next = first.slice();
    for (let place = 0; place < this.#to.length; place++) {
      const to = this.#to[place] ?? NOWHERE;
      if (to === NOWHERE) continue;
      const slot = next[to] ?? 0;
      places[slot] = place;
      next[to] = slot + 1;
    }
    return { places, first };
  }

  #at(place: number): RuleAt {
    let low = 0;
    let high = this.#chains.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#first[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    const chain = this.#chains[low];
    if (chain === undefined) throw new RangeError(`no rule at place ${place}`);
    return { chain, index: place - (this.#first[low] ?? 0) };
  }
}
