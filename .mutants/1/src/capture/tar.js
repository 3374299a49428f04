import { isZeroBlock, parsePax, parseTarHeader } from './tar-header.js';
const BLOCK = 512;
/** A long name longer than this is an attack or damage: Linux paths end at 4096. */
const LONGEST_META = 64 * 1024;
/** @returns true where the bytes start a tar archive, told by the header's checksum. */
export function isTar(head) {
    if (head.length < BLOCK)
        return false;
    const block = head.subarray(0, BLOCK);
    return !isZeroBlock(block) && (parseTarHeader(block)?.name ?? '') !== '';
}
/**
 * Reads a tar archive piece by piece, keeps the wanted files in memory, and never writes to disk. Links, folders and
 * devices are passed over; so are sparse files, whose content is not what stands in the archive.
 */
export class TarReader {
    members = [];
    #wants;
    #pending = [];
    #pendingLength = 0;
    #body = null;
    #longName = null;
    #pax = null;
    #state = 'reading';
    /** @param wants says, by path and size, which files to keep; may throw to stop the reading. */
    constructor(wants) {
        this.#wants = wants;
    }
    /** Takes the next bytes of the archive. */
    feed(chunk) {
        let rest = chunk;
        while (rest.length > 0 && this.#state === 'reading') {
            rest = this.#body === null ? this.#feedHeader(rest) : this.#feedBody(rest);
        }
    }
    /** Says that no more bytes come. @returns how the archive ended. */
    end() {
        if (this.#state === 'damaged')
            return 'damaged';
        if (this.#state === 'ended')
            return 'complete';
        const body = this.#body;
        if (body !== null && body.left > 0) {
            if (body.kept)
                this.members.push({ path: body.path, bytes: this.#taken(), complete: false });
            return 'truncated';
        }
        return this.#pendingLength > 0 && body === null ? 'truncated' : 'unended';
    }
    #feedHeader(chunk) {
        const take = Math.min(BLOCK - this.#pendingLength, chunk.length);
        this.#keep(chunk.subarray(0, take));
        if (this.#pendingLength === BLOCK)
            this.#openMember(this.#taken());
        return chunk.subarray(take);
    }
    #openMember(block) {
        if (isZeroBlock(block)) {
            this.#state = 'ended';
            return;
        }
        const header = parseTarHeader(block);
        const meta = header !== null && 'xgLK'.includes(header.type);
        if (header === null || (meta && header.size > LONGEST_META)) {
            this.#state = 'damaged';
            return;
        }
        const size = meta ? header.size : (this.#pax?.size ?? header.size);
        const path = this.#pax?.path ?? this.#longName ?? header.name;
        const file = header.type === '0' || header.type === '7';
        const kept = meta || (file && !path.endsWith('/') && this.#wants(path, size));
        // A folder or link may carry a size in its header, but no body follows it.
        const left = '123456'.includes(header.type) ? 0 : size;
        this.#body = { header, path, kept, left, padding: (BLOCK - (left % BLOCK)) % BLOCK };
        if (left === 0)
            this.#closeMember();
    }
    #feedBody(chunk) {
        const body = this.#body;
        if (body === null)
            return chunk;
        if (body.left === 0) {
            const skip = Math.min(body.padding, chunk.length);
            body.padding -= skip;
            if (body.padding === 0)
                this.#body = null;
            return chunk.subarray(skip);
        }
        const take = Math.min(body.left, chunk.length);
        if (body.kept)
            this.#keep(chunk.subarray(0, take));
        body.left -= take;
        if (body.left === 0)
            this.#closeMember();
        return chunk.subarray(take);
    }
    #closeMember() {
        const body = this.#body;
        if (body === null)
            return;
        const bytes = this.#taken();
        if (body.padding === 0)
            this.#body = null;
        if (body.header.type === 'x')
            this.#pax = parsePax(bytes);
        else if (body.header.type === 'L')
            this.#longName = bytes.toString('utf8').replace(/\0+$/, '');
        else if (body.header.type !== 'g' && body.header.type !== 'K') {
            if (body.kept)
                this.members.push({ path: body.path, bytes, complete: true });
            this.#pax = null;
            this.#longName = null;
        }
    }
    #keep(bytes) {
        this.#pending.push(bytes);
        this.#pendingLength += bytes.length;
    }
    #taken() {
        const bytes = Buffer.concat(this.#pending, this.#pendingLength);
        this.#pending = [];
        this.#pendingLength = 0;
        return bytes;
    }
}
