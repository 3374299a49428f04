import { ADDRESS_BITS, type Address } from '../net/address.ts';
import { maskOfLength } from '../net/prefix.ts';
import type { Match } from './match.ts';
import type { Rule, RuleList, RulesByDestination } from './ruleset.ts';
import { targetNameOf } from './target-name.ts';

/**
 * Makes a {@link RuleList} of rules that are parsed already, as a table listing gives them.
 * @param rules in chain order; the list keeps the array, it must not change afterwards.
 */
export function ruleListOf(rules: readonly Rule[]): RuleList {
  return new ArrayRules(rules);
}

/**
 * @returns true where the rule has a plain, not negated `-d A/32` (or /128) that names another address than this one.
 */
export function namesAnotherDestination(rule: Rule, destination: Address): boolean {
  return rule.matches.some(
    (match) =>
      isSingleDestination(match) &&
      (match.prefix.family !== destination.family || match.prefix.value !== destination.value),
  );
}

function isSingleDestination(match: Match): match is Extract<Match, { kind: 'destination' }> {
  if (match.kind !== 'destination' || match.negated) return false;
  const { family, mask } = match.prefix;
  return mask === maskOfLength(family, ADDRESS_BITS[family]);
}

class ArrayRules implements RuleList {
  readonly #rules: readonly Rule[];
  #forEvery: readonly number[] | null | undefined;

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
  }

  get length(): number {
    return this.#rules.length;
  }

  at(index: number): Rule {
    const rule = this.#rules[index];
    if (rule === undefined) throw new RangeError(`no rule at index ${index} of ${this.length}`);
    return rule;
  }

  once(index: number): Rule {
    return this.at(index);
  }

  *towards(destination: Address | null): Iterable<number> {
    for (const [index, rule] of this.#rules.entries()) {
      if (destination === null || !namesAnotherDestination(rule, destination)) yield index;
    }
  }

  forEveryDestination(): readonly number[] | null {
    if (this.#forEvery === undefined) {
      const isPicky = this.#rules.some(({ matches }) => matches.some(isSingleDestination));
      this.#forEvery = isPicky ? null : [...this.#rules.keys()];
    }
    return this.#forEvery;
  }

  byDestination(): RulesByDestination {
    const named = new Map<bigint, number[]>();
    const others: number[] = [];
    for (const [index, { matches }] of this.#rules.entries()) {
      const value = matches.find(isSingleDestination)?.prefix.value;
      const rules = value === undefined ? others : (named.get(value) ?? []);
      if (value !== undefined) named.set(value, rules);
      rules.push(index);
    }
    return { named, others };
  }

  text(index: number): string {
    return this.at(index).text;
  }

  targetName(index: number): string | null {
    const { target } = this.at(index);
    return target === null ? null : targetNameOf(target);
  }
}
