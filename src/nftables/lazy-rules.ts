import type { NftRule, NftRules } from './ruleset.ts';

/** Rules that are read when they are first asked for. */
export class LazyRules implements NftRules {
  readonly length: number;
  readonly #read: (index: number) => NftRule;
  readonly #known = new Map<number, NftRule>();
  readonly #bytes: ((index: number) => Buffer) | null;

  /** @param bytes what a rule was read from, where that is JSON */
  constructor(
    length: number,
    read: (index: number) => NftRule,
    bytes: ((index: number) => Buffer) | null = null,
  ) {
    this.length = length;
    this.#read = read;
    this.#bytes = bytes;
  }

  json(index: number): Buffer | null {
    return this.#bytes?.(index) ?? null;
  }

  at(index: number): NftRule {
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw new RangeError(`there is no rule ${index} among ${this.length}`);
    let rule = this.#known.get(index);
    if (rule === undefined) {
      rule = this.#read(index);
      this.#known.set(index, rule);
    }
    return rule;
  }
}

/** Rules that are there already. */
export class ArrayRules extends LazyRules {
  constructor(rules: readonly NftRule[]) {
    super(rules.length, (index) => rules[index] as NftRule);
  }
}
