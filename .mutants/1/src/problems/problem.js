/** Collects problems, keeping the first of each code and file in full and counting the rest, so a broken file cannot flood the answer. */
export class ProblemList {
    static KEPT_PER_CODE = 20;
    #kept = [];
    #counts = new Map();
    /** Adds one problem. */
    add(code, message, file = null, line = null) {
        const key = `${code}\0${file ?? ''}`;
        const count = (this.#counts.get(key) ?? 0) + 1;
        this.#counts.set(key, count);
        if (count <= ProblemList.KEPT_PER_CODE)
            this.#kept.push({ code, message, file, line });
    }
    /** @returns the problems in the order they were met; where some were not kept, a last one says how many. */
    list() {
        const dropped = [];
        for (const [key, count] of this.#counts) {
            if (count <= ProblemList.KEPT_PER_CODE)
                continue;
            const [code = '', file = ''] = key.split('\0');
            const more = count - ProblemList.KEPT_PER_CODE;
            dropped.push({ code, message: `${more} more like this`, file: file === '' ? null : file, line: null });
        }
        return [...this.#kept, ...dropped];
    }
}
