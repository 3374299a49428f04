import type { Flowtable, NftChains, NftFamily, NftObject, NftSet, NftTable } from './ruleset.ts';
import { tableKey } from './ruleset.ts';

const FAMILIES: ReadonlySet<string> = new Set(['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev']);

/** A table while it is read: what belongs to it may come in any order. */
export interface TableDraft<Chains extends NftChains> extends NftTable {
  handle: number | null;
  dormant: boolean | null;
  comment: string | null;
  part?: true;
  readonly chains: Chains;
  readonly sets: Map<string, NftSet>;
  readonly objects: Map<string, NftObject>;
  readonly flowtables: Map<string, Flowtable>;
}

/** Tables while they are read. */
export class Drafts<Chains extends NftChains> {
  readonly tables = new Map<string, TableDraft<Chains>>();
  readonly #chainsOf: (family: NftFamily, name: string) => Chains;

  /** @param chainsOf gives a new table the chains that it will have */
  constructor(chainsOf: (family: NftFamily, name: string) => Chains) {
    this.#chainsOf = chainsOf;
  }

  /** @returns the table, made where it was not met yet; null where there is no such family. */
  table(family: string, name: string): TableDraft<Chains> | null {
    if (!isFamily(family)) return null;
    const key = tableKey(family, name);
    let table = this.tables.get(key);
    if (table === undefined) {
      table = {
        family,
        name,
        handle: null,
        dormant: false,
        comment: null,
        chains: this.#chainsOf(family, name),
        sets: new Map(),
        objects: new Map(),
        flowtables: new Map(),
      };
      this.tables.set(key, table);
    }
    return table;
  }
}

/** @returns true for the families that tables have. */
export function isFamily(text: string): text is NftFamily {
  return FAMILIES.has(text);
}
