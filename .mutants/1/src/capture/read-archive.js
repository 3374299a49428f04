import { cleanPath, findCaptureRoot, mayBelong } from './capture-root.js';
import { hintsInBundle, hintsOfName } from './contract-files.js';
import { isGzip, tooLarge } from './gunzip.js';
import { sourceOfBytes } from './source.js';
import { TarReader } from './tar.js';
import { unpackBytes } from './unpack-bytes.js';
/** Collects the files of one tar archive and turns them into sources. */
export class ArchiveReader {
    #name;
    #limits;
    #tar;
    #kept = 0;
    #strays = 0;
    constructor(name, limits) {
        this.#name = name;
        this.#limits = limits;
        this.#tar = new TarReader((path, size) => this.#wants(path, size));
    }
    /** Takes the next bytes of the archive, already decompressed. Throws InputError beyond the limits. */
    feed(chunk) {
        this.#tar.feed(chunk);
    }
    /**
     * Says that no more bytes come.
     * @returns the sources of the one capture in the archive. Throws InputError where there is none or several.
     */
    async finish(problems) {
        reportEnd(this.#name, this.#tar.end(), problems);
        const byPath = new Map();
        for (const member of this.#tar.members) {
            const path = cleanPath(member.path);
            if (path !== null)
                byPath.set(path, member);
        }
        if (byPath.size === 0) {
            problems.add('empty-input', 'the archive holds no file that could be part of a capture', this.#name);
            return [];
        }
        const { root, files, contract } = findCaptureRoot(this.#name, [...byPath.keys()]);
        const sources = [];
        // The limit is one for the whole archive: members that are packed once more count as what they grow to.
        let left = this.#limits.totalBytes - this.#kept;
        for (const path of files) {
            const member = byPath.get(path);
            const hints = hintsInBundle(path);
            if (member === undefined || (contract && hints === null))
                continue;
            const name = `${this.#name}/${root !== '' && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path}`;
            if (!member.complete)
                problems.add('truncated', 'the archive ends inside this file', name);
            const { bytes, cut } = isGzip(member.bytes)
                ? await unpackBytes(name, member.bytes, { ...this.#limits, totalBytes: left }, problems)
                : { bytes: member.bytes, cut: false };
            if (bytes !== member.bytes)
                left -= bytes.length;
            sources.push(sourceOfBytes(name, bytes, hints, cut || !member.complete));
        }
        return sources;
    }
    #wants(rawPath, size) {
        const path = cleanPath(rawPath);
        if (path === null || !mayBelong(path))
            return false;
        if (hintsOfName(path) === null) {
            if (size > this.#limits.strayFileBytes || this.#strays >= this.#limits.strayFiles)
                return false;
            this.#strays++;
        }
        this.#kept += size;
        if (this.#kept > this.#limits.totalBytes)
            throw tooLarge(this.#name, this.#limits.totalBytes);
        return true;
    }
}
const ENDS = {
    complete: null,
    unended: null,
    truncated: { code: 'truncated', message: 'the archive is cut off; the files before the cut are used' },
    damaged: { code: 'damaged', message: 'the archive is damaged; the files before the damage are used' },
};
function reportEnd(name, end, problems) {
    const problem = ENDS[end];
    if (problem !== null)
        problems.add(problem.code, problem.message, name);
}
