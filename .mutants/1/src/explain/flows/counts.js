/** Counts by small numbers, four bytes each. */
export class Counts {
    #values = new Uint32Array(1 << 10);
    add(index, amount = 1) {
        if (index >= this.#values.length) {
            const larger = new Uint32Array(Math.max(index + 1, this.#values.length * 2));
            larger.set(this.#values);
            this.#values = larger;
        }
        this.#values[index] = (this.#values[index] ?? 0) + amount;
    }
    of(index) {
        return this.#values[index] ?? 0;
    }
    /** @returns the indices with the largest counts, largest first, then the smaller index. */
    largest(howMany) {
        const best = [];
        this.#values.forEach((count, index) => {
            if (count === 0 || (best.length === howMany && count <= (best.at(-1)?.count ?? 0)))
                return;
            let at = best.length;
            while (at > 0 && (best[at - 1]?.count ?? 0) < count)
                at--;
            best.splice(at, 0, { index, count });
            if (best.length > howMany)
                best.pop();
        });
        return best;
    }
}
