import { UNKNOWN } from '../../lookup/name-index.ts';
import type { Chain, ChainMap, ChainsBeside, NumberedChains, Sift, TableName } from '../ruleset.ts';
import type { ChainTable } from './chain-table.ts';
import { isMentioned, type TableContext } from './dump-lines.ts';
import { LazyRules } from './lazy-rules.ts';
import { readTarget } from './peek.ts';
import { chainsBeside, type ScannedTable } from './unlike-chains.ts';

/** The chains of a scanned table by name; each is made when it is first asked for, and once. */
export class LazyChains implements ChainMap {
  readonly #scanned: ChainTable;
  readonly #table: TableName;
  readonly #context: TableContext;
  readonly #sift: Sift | null;
  #made: (Chain | undefined)[] | null = null;

  /** @param scanned the table after its last line: chains that are added later would have no rules. */
  constructor(scanned: ChainTable, table: TableName, context: TableContext, sift: Sift | null = null) {
    this.#scanned = scanned;
    this.#table = table;
    this.#context = context;
    this.#sift = sift;
  }

  get size(): number {
    return this.#scanned.size;
  }

  has(name: string): boolean {
    return this.#scanned.names.findText(name) !== UNKNOWN;
  }

  get(name: string): Chain | undefined {
    const number = this.#scanned.names.findText(name);
    return number === UNKNOWN ? undefined : this.#at(number);
  }

  once(name: string): Chain | undefined {
    const number = this.#scanned.names.findText(name);
    return number === UNKNOWN ? undefined : (this.#made?.[number] ?? this.#make(number));
  }

  /** Goes through the names without making a chain. */
  *keys(): Generator<string, undefined, unknown> {
    for (let number = 0; number < this.size; number++) yield this.#scanned.names.text(number);
  }

  *keysBeginning(begins: readonly string[], does: boolean): Generator<string, undefined, unknown> {
    const { names } = this.#scanned;
    for (let number = 0; number < this.size; number++) {
      if (begins.some((begin) => names.begins(number, begin)) === does) yield names.text(number);
    }
  }

  mention(text: string): boolean {
    return isMentioned(this.#context.lines.bytes, text);
  }

  numbered(): NumberedChains {
    const { names } = this.#scanned;
    return {
      size: this.size,
      chain: (number) => this.#at(number),
      name: (number) => names.text(number),
      numberOf: (name) => {
        const number = names.findText(name);
        return number === UNKNOWN ? undefined : number;
      },
      policy: (number) => this.#scanned.declarationOf(number).policy,
      ruleCount: (number) => this.#scanned.ruleCount(number),
      target: (number, index) => this.#target(number, index),
    };
  }

  beside(other: ChainMap): ChainsBeside | null {
    return other instanceof LazyChains ? chainsBeside(this.#bytes(), other.#bytes()) : null;
  }

  #bytes(): ScannedTable {
    return { chains: this.#scanned, bytes: this.#context.lines.bytes };
  }

  #target(number: number, index: number): number | string | null {
    const target = readTarget(this.#context, this.#scanned.startOf(number, index));
    if (target !== undefined) return target;
    const name = this.#at(number).rules.targetName(index);
    const chain = name === null ? UNKNOWN : this.#scanned.names.findText(name);
    return chain === UNKNOWN ? name : chain;
  }

  *values(): Generator<Chain, undefined, unknown> {
    for (let number = 0; number < this.size; number++) yield this.#at(number);
  }

  *entries(): Generator<[string, Chain], undefined, unknown> {
    for (const chain of this.values()) yield [chain.name, chain];
  }

  [Symbol.iterator](): Generator<[string, Chain], undefined, unknown> {
    return this.entries();
  }

  forEach(each: (chain: Chain, name: string, chains: ReadonlyMap<string, Chain>) => void): void {
    for (const chain of this.values()) each(chain, chain.name, this);
  }

  #at(number: number): Chain {
    // As long as it will be: an array that is filled from its end is a hash table to V8.
    this.#made ??= new Array<Chain | undefined>(this.size);
    const known = this.#made[number];
    if (known !== undefined) return known;
    const chain = this.#make(number);
    this.#made[number] = chain;
    return chain;
  }

  #make(number: number): Chain {
    const name = this.#scanned.names.text(number);
    const line = this.#scanned.declaredOn(number);
    const { policy, counters } = this.#scanned.declarationOf(number);
    const cut = this.#scanned.cutOf(number);
    return {
      table: this.#table,
      name,
      policy,
      counters,
      file: line === null ? null : this.#context.lines.file,
      line,
      rules: new LazyRules(name, this.#scanned, number, this.#context),
      ...(cut === null ? {} : { cut }),
      ...(this.#sift === null ? {} : { sift: this.#sift }),
    };
  }
}
