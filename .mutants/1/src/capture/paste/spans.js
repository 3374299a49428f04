/** Collects what lines were taken for. Blank lines end nothing. */
export class SpanList {
    #spans = [];
    /** @param index of the line, from 0; lines come in order. */
    add(index, as, text) {
        const last = this.#spans.at(-1);
        if (last !== undefined && last.as === as && as !== 'command')
            last.to = index + 1;
        else
            this.#spans.push({ from: index + 1, to: index + 1, as, text: text.trim() });
    }
    list() {
        return this.#spans;
    }
}
