import { objectOf } from '../../json/fields.ts';
import { doubled, NameIndex, UNKNOWN } from '../../lookup/name-index.ts';
import { LazyRules } from '../lazy-rules.ts';
import type { NftChain, NftChains, NftFamily } from '../ruleset.ts';
import type { ObjectReader } from './object-reader.ts';
import { readBase, readRule } from './read-objects.ts';
import { numberAt, stringAt } from './values.ts';

/** What the chains of one listing share. */
export interface Listing {
  readonly bytes: Buffer;
  readonly reader: ObjectReader;
  /** Known when all is scanned. */
  cut: boolean;
}

/** Columns of a chain: where it begins, 0 while only rules name it; which of the table's rules is its first; how many follow that. */
const START = 0;
const FIRST = 1;
const COUNT = 2;
const WIDTH = 3;

/**
 * The chains of one table by number while a listing is scanned, and by name after: three numbers for each, one for each rule. A chain or
 * rule becomes an object when it is first asked for, once: a node of 10,000 Services can have 110,000, of which a trace asks for some dozen.
 */
export class LazyChains implements NftChains {
  readonly names: NameIndex;
  readonly #listing: Listing;
  readonly #family: NftFamily;
  readonly #table: string;
  #columns = new Uint32Array(16 * WIDTH);
  /** Where each rule begins, in the order of the listing. */
  #rules = new Uint32Array(16);
  #ruleCount = 0;
  /** Rules of a chain stand together; these stand elsewhere. */
  readonly #further = new Map<number, number[]>();
  /** Chains that were listed, in that order. */
  #listed = new Uint32Array(16);
  #size = 0;
  /** Of the base chains: which of {@link #listed} each is. */
  readonly #hooked = new Map<number, number>();
  readonly #made: NftChain[] = [];

  constructor(listing: Listing, family: NftFamily, table: string) {
    this.names = new NameIndex(listing.bytes);
    this.#listing = listing;
    this.#family = family;
    this.#table = table;
  }

  /** Notes where a chain begins; of two with one name the last counts. */
  declare(chain: number, start: number, hooked: boolean): void {
    this.#makeRoom();
    const row = chain * WIDTH;
    if (this.#columns[row + START] === 0) {
      if (this.#size === this.#listed.length) this.#listed = doubled(this.#listed);
      this.#listed[this.#size++] = chain;
    }
    this.#columns[row + START] = start;
    if (hooked)
      this.#hooked.set(chain, this.#hooked.get(chain) ?? this.#listed.lastIndexOf(chain, this.#size - 1));
    else this.#hooked.delete(chain);
  }

  /** Adds a rule behind the others of its chain. */
  addRule(chain: number, start: number): void {
    this.#makeRoom();
    if (this.#ruleCount === this.#rules.length) this.#rules = doubled(this.#rules);
    const rule = this.#ruleCount++;
    this.#rules[rule] = start;
    const row = chain * WIDTH;
    const count = this.#columns[row + COUNT] ?? 0;
    const further = this.#further.get(chain);
    if (count === 0) this.#columns[row + FIRST] = rule;
    if (further !== undefined) further.push(rule);
    else if (this.#columns[row + FIRST] === rule - count) this.#columns[row + COUNT] = count + 1;
    else this.#further.set(chain, [rule]);
  }

  get size(): number {
    return this.#size;
  }

  has(name: string): boolean {
    return this.#find(name) !== UNKNOWN;
  }

  get(name: string): NftChain | undefined {
    const chain = this.#find(name);
    return chain === UNKNOWN ? undefined : this.#at(chain);
  }

  get cut(): boolean {
    return this.#size > 0 && this.#listing.cut;
  }

  hooked(): readonly NftChain[] {
    return [...this.#hooked].sort(([, a], [, b]) => a - b).map(([chain]) => this.#at(chain));
  }

  /** Goes through the names without making a chain. */
  *keys(): Generator<string, undefined, unknown> {
    for (const chain of this.#numbers()) yield this.names.text(chain);
  }

  *values(): Generator<NftChain, undefined, unknown> {
    for (const chain of this.#numbers()) yield this.#at(chain);
  }

  *entries(): Generator<[string, NftChain], undefined, unknown> {
    for (const chain of this.values()) yield [chain.name, chain];
  }

  [Symbol.iterator](): Generator<[string, NftChain], undefined, unknown> {
    return this.entries();
  }

  forEach(each: (chain: NftChain, name: string, chains: ReadonlyMap<string, NftChain>) => void): void {
    for (const chain of this.values()) each(chain, chain.name, this);
  }

  #makeRoom(): void {
    while (this.names.size * WIDTH > this.#columns.length) this.#columns = doubled(this.#columns);
  }

  /** Chains that rules name and the listing does not are none of the table. */
  #find(name: string): number {
    const chain = this.names.findText(name);
    return chain === UNKNOWN || this.#cell(chain, START) === 0 ? UNKNOWN : chain;
  }

  *#numbers(): Generator<number, undefined, unknown> {
    for (let index = 0; index < this.#size; index++) yield this.#listed[index] ?? 0;
  }

  #cell(chain: number, column: number): number {
    return this.#columns[chain * WIDTH + column] ?? 0;
  }

  #at(number: number): NftChain {
    const known = this.#made[number];
    if (known !== undefined) return known;
    const made = this.#make(number);
    this.#made[number] = made;
    return made;
  }

  #make(number: number): NftChain {
    const { reader, cut } = this.#listing;
    const start = this.#cell(number, START);
    const chain = objectOf(reader.read(start)?.chain) ?? {};
    const name = this.names.text(number);
    const family = this.#family;
    const further = this.#further.get(number) ?? [];
    const count = this.#cell(number, COUNT);
    const startOf = (index: number): number =>
      this.#rules[index < count ? this.#cell(number, FIRST) + index : (further[index - count] ?? 0)] ?? 0;
    return {
      family,
      table: this.#table,
      name,
      handle: numberAt(chain, 'handle'),
      comment: stringAt(chain, 'comment'),
      base: readBase(chain),
      rules: new LazyRules(
        count + further.length,
        (index) => {
          const at = startOf(index);
          const place = {
            chain: name,
            number: index + 1,
            family,
            file: reader.file,
            line: reader.lineOf(at),
          };
          return readRule(reader.read(at), place);
        },
        (index) => reader.slice(startOf(index)),
      ),
      line: reader.lineOf(start),
      cut,
    };
  }
}
