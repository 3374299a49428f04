import { beginningsOf, chainName, isOfOneService, OF_SERVICE } from '../proxy/chains.js';
import { SERVICE_PREFIXES } from '../proxy/hash.js';
/** @returns true where no Service is asked for, or this one is. */
export function isAskedFor({ namespace, name }, { focus }) {
    if (focus === undefined)
        return true;
    const { service } = focus;
    return service !== null && service.namespace === namespace && service.name === name;
}
/** @returns true where chains that end so are the Service's that is asked about; null stands for a port without chains. */
export function isFocusedHash(hash, focus) {
    return focus === undefined || hash === null || focus.hashes.has(hash);
}
/**
 * @returns the state without the chains of other Services: whoever goes through all chains is spared 140,000 of them. A chain
 * that is asked for by name is there all the same, so packets go where they went.
 */
export function focusedOn(known, focus) {
    if (focus === undefined)
        return known;
    const own = new Set([
        ...[...focus.chains].filter(isOfOneService),
        ...SERVICE_PREFIXES.flatMap((prefix) => [...focus.hashes].map((hash) => chainName(prefix, hash))),
    ]);
    return { ...known, rulesets: known.rulesets.map((ruleset) => withChains(ruleset, own)) };
}
function withChains(ruleset, own) {
    const tables = new Map();
    for (const [name, table] of ruleset.tables)
        tables.set(name, { ...table, chains: new SomeChains(table.chains, own) });
    return { ...ruleset, tables };
}
const OF_ONE_SERVICE = beginningsOf('endpoint', ...OF_SERVICE);
/** Some chains of a table to go through, and all of them to look up. */
class SomeChains {
    #all;
    #names;
    /** @param own chains of one Service that are not passed over. */
    constructor(all, own) {
        this.#all = all;
        const others = all.keysBeginning?.(OF_ONE_SERVICE, false) ?? all.keys();
        this.#names = [
            ...[...others].filter((name) => !isOfOneService(name)),
            ...[...own].filter((name) => all.has(name)),
        ];
    }
    get size() {
        return this.#names.length;
    }
    has(name) {
        return this.#all.has(name);
    }
    get(name) {
        return this.#all.get(name);
    }
    keys() {
        return this.#names.values();
    }
    *values() {
        for (const [, chain] of this.entries())
            yield chain;
    }
    *entries() {
        for (const name of this.#names) {
            const chain = this.#all.get(name);
            if (chain !== undefined)
                yield [name, chain];
        }
    }
    [Symbol.iterator]() {
        return this.entries();
    }
    forEach(each) {
        for (const [name, chain] of this.entries())
            each(chain, name, this);
    }
}
