/** No name has this number. */
export const UNKNOWN = -1;
const LARGEST_ASCII = 127;
/**
 * Numbers names from 0, in the order in which they are added. A name is kept as the place where it first stands in the
 * bytes, since most of the 100,000 chains of a large dump are never asked for as text.
 */
export class NameIndex {
    size = 0;
    #bytes;
    #starts = new Uint32Array(64);
    #ends = new Uint32Array(64);
    #hashes = new Uint32Array(64);
    /** Open addressing: the number of a name, plus one, where its hash says or in the next free slot; 0 is free. */
    #slots = new Uint32Array(256);
    /** Names outside ASCII are kept as text: bytes that are no UTF-8 differ and yet have the same text. */
    #others = new Map();
    #otherTexts = new Map();
    /** Hostile names must not be able to share one slot. */
    #seed = Math.floor(Math.random() * 2 ** 32);
    constructor(bytes) {
        this.#bytes = bytes;
    }
    /** @returns the number of this name, or {@link UNKNOWN}. */
    findText(name) {
        const hash = this.#hashText(name);
        if (hash === null)
            return this.#others.get(name) ?? UNKNOWN;
        for (let slot = this.#firstSlot(hash);; slot = this.#nextSlot(slot)) {
            const number = (this.#slots[slot] ?? 0) - 1;
            if (number < 0)
                return UNKNOWN;
            if (this.#hashes[number] === hash && this.#spells(number, name))
                return number;
        }
    }
    /** @returns the number of the name that stands between these bytes; a new name gets the next number. */
    add(start, end) {
        const hash = this.#hash(start, end);
        if (hash === null)
            return this.addText(this.#read(start, end), start);
        const known = this.#findHashed(hash, start, end);
        if (known !== UNKNOWN)
            return known;
        const number = this.#next();
        this.#starts[number] = start;
        this.#ends[number] = end;
        this.#hashes[number] = hash;
        this.#enter(number, hash);
        return number;
    }
    /** The same for a name that was read already. @param start where it stands. */
    addText(name, start) {
        if (this.#hashText(name) !== null)
            return this.add(start, start + name.length);
        const known = this.#others.get(name);
        if (known !== undefined)
            return known;
        const number = this.#next();
        this.#others.set(name, number);
        this.#otherTexts.set(number, name);
        return number;
    }
    /** @returns where the name with this number first stands. */
    startOf(number) {
        return this.#starts[number] ?? 0;
    }
    /** @returns true where the bytes of this name also stand here. */
    stands(number, start, end) {
        const from = this.#starts[number] ?? 0;
        if ((this.#ends[number] ?? 0) - from !== end - start)
            return false;
        for (let index = end - start - 1; index >= 0; index--) {
            if (this.#bytes[from + index] !== this.#bytes[start + index])
                return false;
        }
        return true;
    }
    /** @returns the name with this number. */
    text(number) {
        const other = this.#otherTexts.get(number);
        if (other !== undefined)
            return other;
        return this.#bytes.toString('latin1', this.#starts[number] ?? 0, this.#ends[number] ?? 0);
    }
    /** @returns true where the name with this number begins so. */
    begins(number, text) {
        const other = this.#otherTexts.get(number);
        if (other !== undefined)
            return other.startsWith(text);
        const from = this.#starts[number] ?? 0;
        if ((this.#ends[number] ?? 0) - from < text.length)
            return false;
        // Names of one kind begin alike and differ at the end of what is asked.
        for (let index = text.length - 1; index >= 0; index--) {
            if (this.#bytes[from + index] !== text.charCodeAt(index))
                return false;
        }
        return true;
    }
    #read(start, end) {
        return this.#bytes.toString('utf8', start, end);
    }
    #findHashed(hash, start, end) {
        for (let slot = this.#firstSlot(hash);; slot = this.#nextSlot(slot)) {
            const number = (this.#slots[slot] ?? 0) - 1;
            if (number < 0)
                return UNKNOWN;
            if (this.#hashes[number] === hash && this.stands(number, start, end))
                return number;
        }
    }
    #spells(number, name) {
        const from = this.#starts[number] ?? 0;
        if ((this.#ends[number] ?? 0) - from !== name.length)
            return false;
        for (let index = 0; index < name.length; index++) {
            if (this.#bytes[from + index] !== name.charCodeAt(index))
                return false;
        }
        return true;
    }
    /** @returns the next number, with room for its name. */
    #next() {
        if (this.size === this.#starts.length) {
            this.#starts = doubled(this.#starts);
            this.#ends = doubled(this.#ends);
            this.#hashes = doubled(this.#hashes);
        }
        if (this.size * 2 >= this.#slots.length)
            this.#growSlots();
        return this.size++;
    }
    #firstSlot(hash) {
        return hash & (this.#slots.length - 1);
    }
    #nextSlot(slot) {
        return (slot + 1) & (this.#slots.length - 1);
    }
    #enter(number, hash) {
        let slot = this.#firstSlot(hash);
        while (this.#slots[slot] !== 0)
            slot = this.#nextSlot(slot);
        this.#slots[slot] = number + 1;
    }
    /** @returns null for a name outside ASCII. */
    #hash(start, end) {
        let hash = this.#seed;
        for (let at = start; at < end; at++) {
            const byte = this.#bytes[at] ?? 0;
            if (byte > LARGEST_ASCII)
                return null;
            hash = mix(hash, byte);
        }
        return hash >>> 0;
    }
    #hashText(name) {
        let hash = this.#seed;
        for (let at = 0; at < name.length; at++) {
            const code = name.charCodeAt(at);
            if (code > LARGEST_ASCII)
                return null;
            hash = mix(hash, code);
        }
        return hash >>> 0;
    }
    #growSlots() {
        this.#slots = new Uint32Array(this.#slots.length * 4);
        for (let number = 0; number < this.size; number++) {
            const hash = this.#hashes[number] ?? 0;
            if (!this.#otherTexts.has(number))
                this.#enter(number, hash);
        }
    }
}
/** One step of a hash: the multiplication carries upwards, the shift back into the low bits, which choose the slot. */
function mix(hash, byte) {
    const product = Math.imul(hash ^ byte, 0x9e3779b1);
    return product ^ (product >>> 15);
}
/** @returns a copy with twice the room. */
export function doubled(column) {
    const grown = new Uint32Array(column.length * 2);
    grown.set(column);
    return grown;
}
