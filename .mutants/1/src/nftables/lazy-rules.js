/** Rules that are read when they are first asked for. */
export class LazyRules {
    length;
    #read;
    #known = new Map();
    constructor(length, read) {
        this.length = length;
        this.#read = read;
    }
    at(index) {
        if (!Number.isInteger(index) || index < 0 || index >= this.length)
            throw new RangeError(`there is no rule ${index} among ${this.length}`);
        let rule = this.#known.get(index);
        if (rule === undefined) {
            rule = this.#read(index);
            this.#known.set(index, rule);
        }
        return rule;
    }
}
