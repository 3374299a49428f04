import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { dictionary } from '../lookup/dictionary.js';
import { InputError } from './input-error.js';
import { isPlainText, normaliseText } from './normalise-text.js';
/** How much of an input is looked at to recognise it. */
export const HEAD_BYTES = 64 * 1024;
/**
 * @param cut true where bytes are known to be missing at the end.
 * @returns a source whose bytes are already here; UTF-16, a byte order mark and CRLF are turned into plain UTF-8 lines.
 */
export function sourceOfBytes(name, raw, hints, cut = false) {
    const bytes = normaliseText(raw);
    const source = {
        name,
        bytes,
        chunks: () => [bytes],
        head: bytes.subarray(0, HEAD_BYTES),
        size: bytes.length,
        hints,
    };
    return cut ? { ...source, cut } : source;
}
/**
 * @param path where the file is; `size` its bytes as stat told.
 * @returns a source that reads the file when asked. Throws InputError where it cannot be opened.
 */
export function sourceOfFile(name, path, size, hints) {
    const rawHead = readHead(name, path);
    if (!isPlainText(rawHead))
        return sourceOfBytes(name, readWhole(name, path), hints);
    let whole = null;
    return {
        name,
        head: rawHead,
        size,
        hints,
        chunks: () => (whole === null ? readPieces(name, path) : [whole]),
        get bytes() {
            whole ??= readWhole(name, path);
            return whole;
        },
    };
}
/** @returns the first bytes of a file. Throws InputError. */
export function readHead(name, path) {
    try {
        const fd = openSync(path, 'r');
        try {
            const head = Buffer.alloc(HEAD_BYTES);
            return head.subarray(0, readSync(fd, head, 0, HEAD_BYTES, 0));
        }
        finally {
            closeSync(fd);
        }
    }
    catch (error) {
        throw unreadable(name, error);
    }
}
const PIECE_BYTES = 256 * 1024;
/** Reads a file piece by piece into one buffer. Throws InputError. */
function* readPieces(name, path) {
    const fd = openFile(name, path);
    try {
        const piece = Buffer.allocUnsafe(PIECE_BYTES);
        for (;;) {
            const length = readPiece(name, fd, piece);
            if (length === 0)
                return;
            yield piece.subarray(0, length);
        }
    }
    finally {
        closeSync(fd);
    }
}
function openFile(name, path) {
    try {
        return openSync(path, 'r');
    }
    catch (error) {
        throw unreadable(name, error);
    }
}
function readPiece(name, fd, piece) {
    try {
        return readSync(fd, piece, 0, piece.length, null);
    }
    catch (error) {
        throw unreadable(name, error);
    }
}
/** @returns the whole file. Throws InputError. */
export function readWhole(name, path) {
    try {
        return readFileSync(path);
    }
    catch (error) {
        throw unreadable(name, error);
    }
}
const REASONS = dictionary({
    ENOENT: 'there is no such file or folder',
    EACCES: 'permission denied; run as a user who may read it, or copy it first',
    EPERM: 'permission denied; run as a user who may read it, or copy it first',
    ENOTDIR: 'a part of the path is a file, not a folder',
    ELOOP: 'too many symbolic links',
    ENAMETOOLONG: 'the name is too long',
    EISDIR: 'it is a folder',
    ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
});
/** @returns the InputError for a file that the operating system would not give. */
export function unreadable(name, error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
    return new InputError(code === 'ENOENT' ? 'no-such-file' : 'unreadable-file', `cannot read ${name}: ${reason}`, name);
}
