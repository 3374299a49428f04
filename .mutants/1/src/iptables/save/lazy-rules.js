import { parseAddress, sameAddress } from '../../net/address.js';
import { targetSyntaxName } from '../interpret.js';
import { DestinationIndex } from './destination-index.js';
import { readPlainDestination, readTargetName } from './peek.js';
import { readRule, readRuleText } from './read-rule.js';
/** A chain with more rules than this gets an index by destination. */
const INDEXED_FROM = 33;
/** The rules of one chain of a dump, parsed when asked for. */
export class LazyRules {
    length;
    #name;
    #scanned;
    /** The chain's number there. */
    #chain;
    #context;
    #rules = null;
    #index = null;
    constructor(name, scanned, chain, context) {
        this.length = scanned.ruleCount(chain);
        this.#name = name;
        this.#scanned = scanned;
        this.#chain = chain;
        this.#context = context;
    }
    at(index) {
        const known = this.#rules?.[index];
        if (known !== undefined)
            return known;
        const { start, line } = this.#place(index);
        const rule = readRule(this.#context, this.#name, index + 1, start, line);
        this.#rules ??= [];
        this.#rules[index] = rule;
        return rule;
    }
    towards(destination) {
        if (destination === null)
            return indices(this.length);
        if (this.length < INDEXED_FROM)
            return this.#scanTowards(destination);
        this.#index ??= new DestinationIndex(this.#context.family, this.length, (index) => this.#plainDestination(index));
        return this.#index.towards(destination);
    }
    text(index) {
        return readRuleText(this.#context.lines.bytes, this.#place(index).start);
    }
    targetName(index) {
        const { bytes } = this.#context.lines;
        const name = readTargetName(bytes, this.#place(index).start);
        return name === undefined ? targetSyntaxName(this.at(index).text) : name;
    }
    *#scanTowards(destination) {
        for (let index = 0; index < this.length; index++) {
            const text = this.#plainDestination(index);
            const address = text === null ? null : parseAddress(text);
            if (address?.family !== this.#context.family || sameAddress(address, destination))
                yield index;
        }
    }
    #plainDestination(index) {
        return readPlainDestination(this.#context.lines.bytes, this.#place(index).start, this.#context.family);
    }
    #place(index) {
        return this.#scanned.placeOf(this.#chain, index);
    }
}
function* indices(length) {
    for (let index = 0; index < length; index++)
        yield index;
}
