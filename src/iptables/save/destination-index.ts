import { type Address, type Family, parseAddress } from '../../net/address.ts';
import type { RulesByDestination } from '../ruleset.ts';

const NONE: ReadonlyMap<bigint, readonly number[]> = new Map();

/**
 * Answers which rules of a chain can match a destination, by the address each names in a plain `-d A/32`. Built once by reading a
 * few bytes per rule; a kube-proxy node may have 40,000 rules in one chain, and as many chains of which no rule names one.
 */
export class DestinationIndex implements RulesByDestination {
  readonly others: number[] = [];
  #named: Map<bigint, number[]> | null = null;
  readonly #family: Family;

  /**
   * @param length number of rules.
   * @param plainDestination the address that a rule names, as text; null where it names none or in another way.
   */
  constructor(family: Family, length: number, plainDestination: (index: number) => string | null) {
    this.#family = family;
    let byText: Map<string, number[]> | null = null;
    for (let index = 0; index < length; index++) {
      const text = plainDestination(index);
      if (text === null) {
        this.others.push(index);
        continue;
      }
      byText ??= new Map();
      let rules = byText.get(text);
      if (rules === undefined) {
        rules = this.#rulesOf(parseAddress(text));
        byText.set(text, rules);
      }
      rules.push(index);
    }
  }

  get named(): ReadonlyMap<bigint, readonly number[]> {
    return this.#named ?? NONE;
  }

  /** All rules, where none names a single destination; null otherwise. */
  get forEvery(): readonly number[] | null {
    return this.#named === null ? this.others : null;
  }

  /** @returns the candidates, ascending. */
  *towards(destination: Address): Iterable<number> {
    const sameFamily = destination.family === this.#family;
    const named = (sameFamily ? this.#named?.get(destination.value) : undefined) ?? [];
    let next = 0;
    for (const other of this.others) {
      for (let rule = named[next]; rule !== undefined && rule < other; rule = named[++next]) yield rule;
      yield other;
    }
    for (let rule = named[next]; rule !== undefined; rule = named[++next]) yield rule;
  }

  /** Two spellings of one address share a list; what is no address here is a candidate for every packet. */
  #rulesOf(address: Address | null): number[] {
    if (address?.family !== this.#family) return this.others;
    this.#named ??= new Map();
    let rules = this.#named.get(address.value);
    if (rules === undefined) {
      rules = [];
      this.#named.set(address.value, rules);
    }
    return rules;
  }
}
