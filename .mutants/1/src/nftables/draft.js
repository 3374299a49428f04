import { tableKey } from './ruleset.js';
const FAMILIES = new Set(['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev']);
/** Tables while they are read. */
export class Drafts {
    tables = new Map();
    /** @returns the table, made where it was not met yet; null where there is no such family. */
    table(family, name) {
        if (!isFamily(family))
            return null;
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
function isFamily(text) {
    return FAMILIES.has(text);
}
