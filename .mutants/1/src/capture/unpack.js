import { gunzip, isGzip, tooLarge } from './gunzip.js';
import { normaliseText } from './normalise-text.js';
import { ArchiveReader } from './read-archive.js';
import { recognise } from './recognise.js';
import { HEAD_BYTES, sourceOfBytes } from './source.js';
import { isTar } from './tar.js';
import { reportGzipEnd } from './unpack-bytes.js';
/**
 * Turns a stream of bytes into sources: a tar archive, gzipped or not, becomes one source for each of its files;
 * anything else becomes one source.
 * @param name for messages. Throws InputError beyond the limits.
 */
export async function unpackStream(name, chunks, hints, limits, problems) {
    const iterator = chunks[Symbol.asyncIterator]();
    const first = await firstBytes(iterator, 512);
    const collector = new Collector(name, limits);
    let cut = false;
    if (isGzip(first)) {
        const end = await gunzip(name, withFirst(first, iterator), limits.totalBytes, (chunk) => collector.feed(chunk));
        reportGzipEnd(name, end, problems);
        cut = end !== 'complete';
    }
    else {
        for await (const chunk of withFirst(first, iterator))
            collector.feed(chunk);
    }
    return await collector.finish(hints, cut, problems);
}
/** Decides by the first block whether the bytes are a tar archive, and gathers either. */
class Collector {
    #name;
    #limits;
    #archive = null;
    #decided = false;
    /** Null: not yet looked at. */
    #readable = null;
    #pieces = [];
    #length = 0;
    constructor(name, limits) {
        this.#name = name;
        this.#limits = limits;
    }
    feed(chunk) {
        if (this.#archive !== null) {
            this.#archive.feed(chunk);
            return;
        }
        this.#pieces.push(chunk);
        this.#length += chunk.length;
        const limit = this.#limit();
        if (this.#length > limit)
            throw tooLarge(this.#name, limit);
        if (this.#decided || this.#length < 512)
            return;
        this.#decided = true;
        const start = Buffer.concat(this.#pieces, this.#length);
        if (!isTar(start))
            return;
        this.#archive = new ArchiveReader(this.#name, this.#limits);
        this.#pieces = [];
        this.#archive.feed(start);
    }
    /** What nobody can read, as /dev/zero or a bomb of blanks, is given up long before memory is full of it. */
    #limit() {
        const { totalBytes, strayFileBytes } = this.#limits;
        if (this.#length <= strayFileBytes)
            return totalBytes;
        this.#readable ??= isReadable(headOf(this.#pieces));
        return this.#readable ? totalBytes : strayFileBytes;
    }
    async finish(hints, cut, problems) {
        if (this.#archive !== null)
            return await this.#archive.finish(problems);
        return [sourceOfBytes(this.#name, Buffer.concat(this.#pieces, this.#length), hints, cut)];
    }
}
/** Pieces can be of any length, down to one byte. */
function headOf(pieces) {
    const few = pieces.slice(0, HEAD_BYTES);
    let length = 0;
    const end = few.findIndex((piece) => {
        length += piece.length;
        return length >= HEAD_BYTES;
    });
    return Buffer.concat(end < 0 ? few : few.slice(0, end + 1)).subarray(0, HEAD_BYTES);
}
function isReadable(head) {
    const { kind } = recognise(normaliseText(head));
    return kind !== 'unknown' && kind !== 'empty';
}
async function firstBytes(iterator, wanted) {
    const pieces = [];
    let length = 0;
    while (length < wanted) {
        const next = await iterator.next();
        if (next.done === true)
            break;
        pieces.push(next.value);
        length += next.value.length;
    }
    return Buffer.concat(pieces, length);
}
async function* withFirst(first, rest) {
    yield first;
    for (;;) {
        const next = await rest.next();
        if (next.done === true)
            return;
        yield next.value;
    }
}
