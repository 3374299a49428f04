import { isFields, listOf, textOf, wordOf } from '../json/fields.js';
/**
 * `@nh,128,32 3232235777`: bytes of a header, as a number, can be an address. Statements that ask for such bytes, and sets
 * that hold them, become what nobody can read, so that a trace says that it does not know. Ports are told by their place, too
 * (`@th,16,16`), and stay.
 */
export function hideRawPayloads(value) {
    const hiding = new Hiding();
    hiding.noteSets(value);
    return { value: hiding.hide(value), statements: hiding.statements.size, sets: hiding.sets };
}
class Hiding {
    /** The same statement gets the same number, so that it stays one question. */
    statements = new Map();
    sets = 0;
    #asked = { raw: new Set(), otherwise: new Set() };
    /** Notes which sets are asked for raw bytes, and which for something else. */
    noteSets(value) {
        if (Array.isArray(value))
            for (const item of value)
                this.noteSets(item);
        if (!isFields(value))
            return;
        for (const statement of listOf(value.expr)) {
            const names = hasRawBytes(statement) ? this.#asked.raw : this.#asked.otherwise;
            for (const [name] of JSON.stringify(statement).matchAll(/(?<=")@[^"]+(?=")/g))
                names.add(`${wordOf(value.table)} ${name}`);
        }
        for (const item of Object.values(value))
            this.noteSets(item);
    }
    hide(value) {
        if (Array.isArray(value))
            return value.map((item) => this.hide(item));
        if (!isFields(value))
            return value;
        const shown = this.#holdsRawBytes(value) ? this.#withoutElements(value) : value;
        return Object.fromEntries(Object.entries(shown).map(([key, item]) => [
            key,
            key === 'expr' && Array.isArray(item) ? item.map((each) => this.#statement(each)) : this.hide(item),
        ]));
    }
    #statement(statement) {
        if (!hasRawBytes(statement) || onlyKeeps(statement))
            return statement;
        const text = JSON.stringify(statement);
        const redacted = this.statements.get(text) ?? this.statements.size + 1;
        this.statements.set(text, redacted);
        const match = isFields(statement) ? statement.match : undefined;
        // A match goes on being one, that holds or does not.
        return isFields(match)
            ? { match: { op: match.op, left: { redacted }, right: { redacted } } }
            : { redacted };
    }
    /** The JSON of a set of `typeof @nh,96,32` says so, or `integer`, which lengths are too. */
    #holdsRawBytes({ table, name, type, map, elem }) {
        if (!Array.isArray(elem) || textOf(name) === null)
            return false;
        if (hasRawBytes(type) || hasRawBytes(map))
            return true;
        const key = `${wordOf(table)} @${wordOf(name)}`;
        if (this.#asked.raw.has(key))
            return true;
        return /\binteger\b/.test(JSON.stringify([type, map])) && !this.#asked.otherwise.has(key);
    }
    /** A set without elements would be known to hold nothing. */
    #withoutElements(set) {
        this.sets++;
        return { ...set, elem: [{ redacted: this.sets }] };
    }
}
/** `add @seen { @nh,96,32 }` names bytes, and has no value of theirs. */
function onlyKeeps(statement) {
    if (!isFields(statement) || !isFields(statement.set))
        return false;
    const { elem } = statement.set;
    const key = isFields(elem) && isFields(elem.elem) ? elem.elem.val : elem;
    return isFields(key) && isRawBytes(key.payload);
}
function hasRawBytes(value) {
    if (Array.isArray(value))
        return value.some(hasRawBytes);
    if (!isFields(value))
        return false;
    return isRawBytes(value.payload) || Object.values(value).some(hasRawBytes);
}
/** True for bytes by their place that are neither ports, the type and code of ICMP, nor TCP's flags. */
function isRawBytes(payload) {
    if (!isFields(payload) || payload.base === undefined)
        return false;
    const { base, offset, len } = payload;
    if (base !== 'th' || typeof offset !== 'number' || typeof len !== 'number')
        return true;
    return offset + len > 32 && !(offset === 104 && len === 8);
}
