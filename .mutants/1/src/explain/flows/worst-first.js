const ORDER = ['error', 'warning', 'info', 'none'];
/** Keeps so many flows, the worst first and those of one severity in the order of the listing. The others are never made. */
export class WorstFirst {
    #limit;
    #kept = new Map(ORDER.map((severity) => [severity, []]));
    constructor(limit) {
        this.#limit = limit;
    }
    /** @param make is called only where the flow may be listed; null: it could not be read again. */
    offer(severity, make) {
        const list = this.#kept.get(severity ?? 'none');
        if (list === undefined || list.length >= this.#limit)
            return;
        const item = make();
        if (item !== null)
            list.push(item);
    }
    /** The flows kept, at most as many as the limit. */
    list() {
        return ORDER.flatMap((severity) => this.#kept.get(severity) ?? []).slice(0, this.#limit);
    }
}
