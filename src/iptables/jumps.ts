import type { Chain, ChainMap, NumberedChains, Table } from './ruleset.ts';

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
  readonly #chains: NumberedChains;
  /** The other words, numbered on from the chains. */
  readonly #words = new Map<string, number>();
  /** The number of what each rule leads to; rules in the order of the table. */
  readonly #to: Int32Array;
  /** The place of each chain's first rule in {@link #to}; last, how many rules there are. */
  readonly #first: Uint32Array;
  #byTarget: ByTarget | null = null;

  constructor({ chains }: Table) {
    this.#chains = chains.numbered?.() ?? numberedOf(chains);
    const { size } = this.#chains;
    this.#first = new Uint32Array(size + 1);
    let count = 0;
    for (let number = 0; number < size; number++) {
      count += this.#chains.ruleCount(number);
      this.#first[number + 1] = count;
    }
    this.#to = new Int32Array(count).fill(NOWHERE);
    let place = 0;
    for (let number = 0; number < size; number++)
      for (let index = 0; place < (this.#first[number + 1] ?? 0); index++, place++) {
        const target = this.#chains.target(number, index);
        if (target !== null) this.#to[place] = typeof target === 'number' ? target : this.#wordNumber(target);
      }
    // Some tables have chains to ask for that are not gone through.
    this.others = [...this.#words.keys()].filter((word) => !chains.has(word));
  }

  #wordNumber(word: string): number {
    let number = this.#words.get(word);
    if (number === undefined) {
      number = this.#chains.size + this.#words.size;
      this.#words.set(word, number);
    }
    return number;
  }

  /** @returns the rules that lead to any of these, in the order of the table. */
  to(targets: readonly string[]): RuleAt[] {
    this.#byTarget ??= this.#sorted();
    const { places, first } = this.#byTarget;
    const found = targets.flatMap((target) => {
      const number = this.#chains.numberOf(target) ?? this.#words.get(target);
      return number === undefined ? [] : [...places.subarray(first[number], first[number + 1])];
    });
    return found.sort((a, b) => a - b).map((place) => this.#at(place));
  }

  /** @returns the names of the chains that a packet in one of these can come to, those themselves among them. */
  reachedFrom(chains: Iterable<string>): ReadonlySet<string> {
    const starts = Array.from(chains, (name) => this.#chains.numberOf(name));
    const reached = this.#reached(starts.filter((number) => number !== undefined));
    return new Set(reached.order.map((number) => this.#chains.name(number)));
  }

  /** @returns the chains with rules that a packet cannot come to from those with a policy; none where none has one. */
  unreached(): Chain[] {
    const numbers = Array.from({ length: this.#chains.size }, (_, number) => number);
    const starts = numbers.filter((number) => this.#chains.policy(number) !== null);
    const { isReached } = this.#reached(starts);
    const left = starts.length === 0 ? [] : numbers.filter((number) => isReached[number] === 0);
    return left
      .filter((number) => this.#chains.ruleCount(number) > 0)
      .map((number) => this.#chains.chain(number));
  }

  /** @returns the numbers of the chains that are reached from some, in the order in which they are met. */
  #reached(starts: readonly number[]): { readonly order: readonly number[]; readonly isReached: Uint8Array } {
    const isReached = new Uint8Array(this.#chains.size);
    const order: number[] = [];
    const meet = (number: number): void => {
      if (isReached[number] === 1) return;
      isReached[number] = 1;
      order.push(number);
    };
    starts.forEach(meet);
    for (const number of order) {
      const end = this.#first[number + 1] ?? 0;
      for (let place = this.#first[number] ?? 0; place < end; place++) {
        const to = this.#to[place] ?? NOWHERE;
        if (to !== NOWHERE && to < isReached.length) meet(to);
      }
    }
    return { order, isReached };
  }

  /** By counting. */
  #sorted(): ByTarget {
    const first = new Uint32Array(this.#chains.size + this.#words.size + 1);
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
    let high = this.#chains.size - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#first[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return { chain: this.#chains.chain(low), index: place - (this.#first[low] ?? 0) };
  }
}

/** The same of chains that are there already. */
function numberedOf(map: ChainMap): NumberedChains {
  const chains = [...map.values()];
  const numbers = new Map(chains.map(({ name }, number) => [name, number]));
  const chain = (number: number): Chain => {
    const found = chains[number];
    if (found === undefined) throw new RangeError(`no chain of number ${number}`);
    return found;
  };
  return {
    size: chains.length,
    chain,
    name: (number) => chain(number).name,
    numberOf: (name) => numbers.get(name),
    policy: (number) => chain(number).policy,
    ruleCount: (number) => chain(number).rules.length,
    target: (number, index) => {
      const name = chain(number).rules.targetName(index);
      return name === null ? null : (numbers.get(name) ?? name);
    },
  };
}
