import { type Fields, wordOf } from '../../json/fields.ts';
import { isFamily } from '../draft.ts';
import { type NftFamily, tableKey } from '../ruleset.ts';
import { type Head, Heads } from './heads.ts';
import { LazyChains, type Listing } from './lazy-chains.ts';

/** Gives each rule to its chain, and each chain to its table, while a listing is scanned, without parsing them. */
export class PlacedObjects {
  readonly #listing: Listing;
  readonly #heads: Heads;
  readonly #enterTable: (family: NftFamily, table: string) => void;
  readonly #tables = new Map<string, LazyChains>();
  /** Of the object that is being scanned: what it is, and the number of its chain; null where it has to be parsed. */
  #head: Head | null = null;
  #chain = 0;
  #chains: LazyChains | null = null;
  /** Whose chains these are. */
  #chainsOf: Head | null = null;

  /** @param enterTable called for a table with the first chain of it */
  constructor(listing: Listing, enterTable: (family: NftFamily, table: string) => void) {
    this.#listing = listing;
    this.#heads = new Heads(listing.bytes);
    this.#enterTable = enterTable;
  }

  /** @returns the chains of a table: those met so far, and all in the end. */
  chainsOf(family: NftFamily, table: string): LazyChains {
    const key = tableKey(family, table);
    let chains = this.#tables.get(key);
    if (chains === undefined) {
      chains = new LazyChains(this.#listing, family, table);
      this.#tables.set(key, chains);
    }
    return chains;
  }

  /** Reads the head of an object. @returns where to go on inside its two open brackets; 0 where it has to be parsed. */
  open(start: number): number {
    const head = this.#heads.at(start);
    this.#head = null;
    if (head === null) return 0;
    if (head !== this.#chainsOf) {
      this.#chains = isFamily(head.family) ? this.chainsOf(head.family, head.table) : null;
      this.#chainsOf = head;
    }
    if (this.#chains === null) return 0;
    const { bytes } = this.#listing;
    const { names } = this.#chains;
    const nameStart = start + head.bytes.length;
    if (head.kind === 'rule') {
      // nft lists chains and rules in one order: the chain is that of the rule before, or the next.
      for (let chain = this.#chain; chain < Math.min(names.size, this.#chain + 2); chain++) {
        const nameEnd = nameStart + names.lengthOf(chain);
        if (bytes[nameEnd] !== QUOTE || !names.stands(chain, nameStart, nameEnd)) continue;
        this.#chain = chain;
        this.#head = head;
        return nameEnd + 1;
      }
    }
    const nameEnd = this.#heads.endOfName(nameStart);
    const inside =
      nameEnd < 0 ? -1 : head.kind === 'rule' ? nameEnd + 1 : this.#heads.endOfPlainChain(nameEnd);
    if (nameEnd < 0) return 0;
    this.#chain = names.add(nameStart, nameEnd);
    if (inside < 0) return 0;
    this.#head = head;
    return inside;
  }

  /** Enters the object whose head was read last. @returns false where that has to be parsed. */
  close(start: number): boolean {
    const head = this.#head;
    if (head === null || this.#chains === null) return false;
    if (head.kind === 'rule') this.#chains.addRule(this.#chain, start);
    else {
      if (this.#chains.size === 0 && isFamily(head.family)) this.#enterTable(head.family, head.table);
      this.#chains.declare(this.#chain, start, false);
    }
    return true;
  }

  /** Enters the chain that was parsed after {@link open}. */
  declareChain(chains: LazyChains, name: string, start: number, hooked: boolean): void {
    const { names } = chains;
    const met = chains === this.#chains && names.text(this.#chain) === name;
    chains.declare(met ? this.#chain : names.addSpelt(name), start, hooked);
  }

  /** Enters a rule that was parsed. */
  addRule({ family, table, chain }: Fields, start: number): void {
    const of = wordOf(family);
    if (!isFamily(of)) return;
    const chains = this.chainsOf(of, wordOf(table));
    chains.addRule(chains.names.addSpelt(wordOf(chain)), start);
  }
}

const QUOTE = 34;
