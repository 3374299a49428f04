import { LazyRules } from './lazy-rules.js';
import { UNKNOWN } from './name-index.js';
/** The chains of a scanned table by name; each is made when it is first asked for, and once. */
export class LazyChains {
    #scanned;
    #table;
    #context;
    #made = [];
    /** @param scanned the table after its last line: chains that are added later would have no rules. */
    constructor(scanned, table, context) {
        this.#scanned = scanned;
        this.#table = table;
        this.#context = context;
    }
    get size() {
        return this.#scanned.size;
    }
    has(name) {
        return this.#scanned.names.findText(name) !== UNKNOWN;
    }
    get(name) {
        const number = this.#scanned.names.findText(name);
        return number === UNKNOWN ? undefined : this.#at(number);
    }
    /** Goes through the names without making a chain. */
    *keys() {
        for (let number = 0; number < this.size; number++)
            yield this.#scanned.names.text(number);
    }
    *keysBeginning(begins, does) {
        const { names } = this.#scanned;
        for (let number = 0; number < this.size; number++) {
            if (begins.some((begin) => names.begins(number, begin)) === does)
                yield names.text(number);
        }
    }
    mention(text) {
        return this.#context.lines.bytes.includes(text);
    }
    *values() {
        for (let number = 0; number < this.size; number++)
            yield this.#at(number);
    }
    *entries() {
        for (const chain of this.values())
            yield [chain.name, chain];
    }
    [Symbol.iterator]() {
        return this.entries();
    }
    forEach(each) {
        for (const chain of this.values())
            each(chain, chain.name, this);
    }
    #at(number) {
        const known = this.#made[number];
        if (known !== undefined)
            return known;
        const name = this.#scanned.names.text(number);
        const line = this.#scanned.declaredOn(number);
        const { policy, counters } = this.#scanned.declarationOf(number);
        const cut = this.#scanned.cutOf(number);
        const chain = {
            table: this.#table,
            name,
            policy,
            counters,
            file: line === null ? null : this.#context.lines.file,
            line,
            rules: new LazyRules(name, this.#scanned, number, this.#context),
            ...(cut === null ? {} : { cut }),
        };
        this.#made[number] = chain;
        return chain;
    }
}
