/** A source of numbers that are the same on every machine for the same seed (mulberry32). */
export class Random {
    #state;
    constructor(seed) {
        this.#state = seed >>> 0;
    }
    /** @returns a number from 0 up to, but not, 1. */
    next() {
        this.#state = (this.#state + 0x6d2b79f5) >>> 0;
        let mixed = this.#state;
        mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    }
    /** @returns a whole number from 0 up to, but not, `end`. */
    below(end) {
        return Math.floor(this.next() * end);
    }
    /** Puts the list into random order, in place (Fisher and Yates). */
    shuffle(list) {
        for (let index = list.length - 1; index > 0; index--) {
            const other = this.below(index + 1);
            [list[index], list[other]] = [list[other], list[index]];
        }
    }
}
