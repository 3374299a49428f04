import { type Address, parseAddress, sameAddress } from '../../net/address.ts';
import { targetSyntaxName } from '../interpret.ts';
import type { Rule, RuleList } from '../ruleset.ts';
import type { ChainTable, RulePlace } from './chain-table.ts';
import { DestinationIndex } from './destination-index.ts';
import type { TableContext } from './dump-lines.ts';
import { readPlainDestination, readTargetName } from './peek.ts';
import { readRule, readRuleText } from './read-rule.ts';

/** A chain with more rules than this gets an index by destination. */
const INDEXED_FROM = 33;

/** The rules of one chain of a dump, parsed when asked for. */
export class LazyRules implements RuleList {
  readonly length: number;
  readonly #name: string;
  readonly #scanned: ChainTable;
  /** The chain's number there. */
  readonly #chain: number;
  readonly #context: TableContext;
  #rules: (Rule | undefined)[] | null = null;
  #index: DestinationIndex | null = null;
  /** Of a short chain: it is walked towards each of 5,000 endpoints. */
  #destinations: readonly (Address | null)[] | null = null;

  constructor(name: string, scanned: ChainTable, chain: number, context: TableContext) {
    this.length = scanned.ruleCount(chain);
    this.#name = name;
    this.#scanned = scanned;
    this.#chain = chain;
    this.#context = context;
  }

  at(index: number): Rule {
    const known = this.#rules?.[index];
    if (known !== undefined) return known;
    const { start, line } = this.#place(index);
    const rule = readRule(this.#context, this.#name, index + 1, start, line);
    this.#rules ??= [];
    this.#rules[index] = rule;
    return rule;
  }

  towards(destination: Address | null): Iterable<number> {
    if (destination === null) return indices(this.length);
    if (this.length < INDEXED_FROM) return this.#scanTowards(destination);
    this.#index ??= new DestinationIndex(this.#context.family, this.length, (index) =>
      this.#plainDestination(index),
    );
    return this.#index.towards(destination);
  }

  text(index: number): string {
    return readRuleText(this.#context.lines.bytes, this.#place(index).start);
  }

  targetName(index: number): string | null {
    const { bytes } = this.#context.lines;
    const name = readTargetName(bytes, this.#place(index).start);
    return name === undefined ? targetSyntaxName(this.at(index).text) : name;
  }

  *#scanTowards(destination: Address): Iterable<number> {
    this.#destinations ??= Array.from({ length: this.length }, (_, index) => this.#oneDestination(index));
    for (const [index, only] of this.#destinations.entries())
      if (only === null || sameAddress(only, destination)) yield index;
  }

  /** @returns the one address that a rule is for; null where it is for several, or the rule has to be read for it. */
  #oneDestination(index: number): Address | null {
    const text = this.#plainDestination(index);
    const address = text === null ? null : parseAddress(text);
    return address?.family === this.#context.family ? address : null;
  }

  #plainDestination(index: number): string | null {
    return readPlainDestination(this.#context.lines.bytes, this.#place(index).start, this.#context.family);
  }

  #place(index: number): RulePlace {
    return this.#scanned.placeOf(this.#chain, index);
  }
}

function* indices(length: number): Iterable<number> {
  for (let index = 0; index < length; index++) yield index;
}
