/**
 * Bounds how much is written down of a packet's ways, so that a hostile or very uncertain rule set runs neither forever
 * nor out of memory. The unit is an entry: a step passed or a condition, of one way.
 */
export class Budget {
    #limit;
    #left;
    /** @param limit how many entries there may be in all. */
    constructor(limit) {
        this.#limit = limit;
        this.#left = limit;
    }
    /** @returns false once the limit is reached; takes so many entries otherwise. */
    take(count) {
        if (count > this.#left)
            return false;
        this.#left -= count;
        return true;
    }
    /** @returns how many entries were taken. */
    used() {
        return this.#limit - this.#left;
    }
    /** @returns why a branch was not followed. */
    exhausted() {
        return { code: 'too-many-ways', limit: this.#limit };
    }
}
