import type { Flowtable, NftChain, NftFamily, NftObject, NftSet, NftTable } from './ruleset.ts';
import { tableKey } from './ruleset.ts';

const FAMILIES: ReadonlySet<string> = new Set(['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev']);

/** A table while it is read: what belongs to it may come in any order. */
export interface TableDraft extends NftTable {
  handle: number | null;
  dormant: boolean;
  comment: string | null;
  readonly chains: Map<string, NftChain>;
  readonly sets: Map<string, NftSet>;
  readonly objects: Map<string, NftObject>;
  readonly flowtables: Map<string, Flowtable>;
}

/** Tables while they are read. */
export class Drafts {
  readonly tables = new Map<string, TableDraft>();

  /** @returns the table, made where it was not met yet; null where there is no such family. */
  table(family: string, name: string): TableDraft | null {
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
        chains: new Map(),
        sets: new Map(),
        objects: new Map(),
        flowtables: new Map(),
      };
      this.tables.set(key, table);
    }
    return table;
  }
}

function isFamily(text: string): text is NftFamily {
  return FAMILIES.has(text);
}
