const NEWLINE = 10;
const CHECKPOINT_BYTES = 1 << 20;
/** Tells the line numbers of places in a large text without keeping a place for every line. */
export class LineNumbers {
    #bytes;
    /** Every megabyte or so: a line's start and its number, ascending. */
    #checkpoints = [{ offset: 0, line: 1 }];
    #lastOffset = 0;
    #lastLine = 1;
    constructor(bytes) {
        this.#bytes = bytes;
    }
    /** @returns the number, counted from 1, of the line that starts at this offset. Cheapest when asked in ascending order. */
    at(lineStart) {
        let { offset, line } = this.#nearest(lineStart);
        while (offset < lineStart) {
            const newline = this.#bytes.indexOf(NEWLINE, offset);
            if (newline < 0 || newline >= lineStart)
                break;
            offset = newline + 1;
            line++;
            const last = this.#checkpoints.at(-1);
            if (last !== undefined && offset - last.offset > CHECKPOINT_BYTES) {
                this.#checkpoints.push({ offset, line });
            }
        }
        this.#lastOffset = offset;
        this.#lastLine = line;
        return line;
    }
    #nearest(target) {
        if (this.#lastOffset <= target)
            return { offset: this.#lastOffset, line: this.#lastLine };
        let low = 0;
        let high = this.#checkpoints.length - 1;
        while (low < high) {
            const middle = (low + high + 1) >> 1;
            if ((this.#checkpoints[middle]?.offset ?? 0) <= target)
                low = middle;
            else
                high = middle - 1;
        }
        return this.#checkpoints[low] ?? { offset: 0, line: 1 };
    }
}
