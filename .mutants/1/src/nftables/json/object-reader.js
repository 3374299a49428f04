import { objectOf } from '../../json/fields.js';
import { parseJson } from '../../json/read-json.js';
/** How a rule begins, as nft prints it; another JSON writer leaves out or adds blanks, and its rules are parsed to be placed. */
const RULE = Buffer.from('{"rule": {"family": "');
const QUOTE = 34;
const HEAD = /^\w+", "table": "[^"\\]*", "chain": "[^"\\]*$/;
/** @returns the name of a chain, with its table, as a rule of nft's JSON spells it. */
export function chainKey(family, table, chain) {
    return `${family}", "table": "${table}", "chain": "${chain}`;
}
const NEWLINE = 10;
/** Parses the objects of a listing one by one, by their place in it. */
export class ObjectReader {
    #bytes;
    #file;
    #problems;
    #counted = 0;
    #line = 1;
    #next;
    constructor(bytes, file, problems) {
        this.#bytes = bytes;
        this.#file = file;
        this.#problems = problems;
        this.#next = this.#newlineFrom(0);
    }
    /** @returns which chain a rule belongs to, as {@link chainKey} has it, told without parsing it; null where it is no rule or is written otherwise. */
    ruleHead(start, end) {
        const bytes = this.#bytes;
        const from = start + RULE.length;
        if (from >= end || bytes.compare(RULE, 0, RULE.length, start, from) !== 0)
            return null;
        let at = from;
        // Family, key, table, key, chain: the fifth quote that closes a value ends the chain's name.
        for (let quotes = 0; quotes < 9; quotes++) {
            at = bytes.indexOf(QUOTE, at);
            if (at < 0 || at >= end)
                return null;
            at++;
        }
        const head = bytes.toString('utf8', from, at - 1);
        return HEAD.test(head) ? head : null;
    }
    /** @returns the object; null, with a problem, where it cannot be parsed. */
    read(start, end) {
        const value = parseJson(this.#bytes.toString('utf8', start, end));
        if (value !== undefined)
            return objectOf(value);
        this.#problems.add('unreadable-json', 'this object is not valid JSON', this.#file, this.lineOf(start));
        return null;
    }
    /** @returns the line of a byte, counted from 1. */
    lineOf(at) {
        if (at < this.#counted)
            [this.#counted, this.#line, this.#next] = [0, 1, this.#newlineFrom(0)];
        while (this.#next < at) {
            this.#counted = this.#next + 1;
            this.#line++;
            this.#next = this.#newlineFrom(this.#counted);
        }
        return this.#line;
    }
    /** Kept, as nft prints all in one line: to look for its end anew for each object would read the file as often. */
    #newlineFrom(from) {
        const found = this.#bytes.indexOf(NEWLINE, from);
        return found < 0 ? this.#bytes.length : found;
    }
}
