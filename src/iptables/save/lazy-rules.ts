import type { Address } from '../../net/address.ts';
import { targetSyntaxName } from '../interpret.ts';
import type { Rule, RuleList } from '../ruleset.ts';
import type { ChainTable } from './chain-table.ts';
import { DestinationIndex } from './destination-index.ts';
import type { TableContext } from './dump-lines.ts';
import { readPlainDestination, readTargetName } from './peek.ts';
import { readRule, readRuleText } from './read-rule.ts';

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

  constructor(name: string, scanned: ChainTable, chain: number, context: TableContext) {
    this.length = scanned.ruleCount(chain);
    this.#name = name;
    this.#scanned = scanned;
    this.#chain = chain;
    this.#context = context;
  }

  at(index: number): Rule {
    const rule = this.once(index);
    this.#rules ??= [];
    this.#rules[index] = rule;
    return rule;
  }

  once(index: number): Rule {
    const known = this.#rules?.[index];
    if (known !== undefined) return known;
    const { start, line } = this.#scanned.placeOf(this.#chain, index);
    return readRule(this.#context, this.#name, index + 1, start, line);
  }

  towards(destination: Address | null): Iterable<number> {
    return destination === null ? indices(this.length) : this.byDestination().towards(destination);
  }

  forEveryDestination(): readonly number[] | null {
    return this.byDestination().forEvery;
  }

  byDestination(): DestinationIndex {
    this.#index ??= new DestinationIndex(this.#context.family, this.length, (index) =>
      this.#plainDestination(index),
    );
    return this.#index;
  }

  text(index: number): string {
    return readRuleText(this.#context.lines.bytes, this.#start(index));
  }

  targetName(index: number): string | null {
    const known = this.#rules?.[index]?.target;
    if (known?.kind === 'jump') return known.chain;
    const name = readTargetName(this.#context, this.#start(index));
    return name === undefined ? targetSyntaxName(this.at(index).text) : name;
  }

  #plainDestination(index: number): string | null {
    return readPlainDestination(this.#context.lines.bytes, this.#start(index), this.#context.family);
  }

  #start(index: number): number {
    return this.#scanned.startOf(this.#chain, index);
  }
}

function* indices(length: number): Iterable<number> {
  for (let index = 0; index < length; index++) yield index;
}
