import { createGunzip } from 'node:zlib';
import { InputError } from './input-error.js';
import { formatBytes } from './limits.js';
/** @returns true where the bytes start a gzip stream (RFC 1952). */
export function isGzip(head) {
    return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}
/**
 * Decompresses a stream, handing each piece on as it comes, so that a stream that was cut still gives its first part.
 * @param name for messages; `limit` the most bytes it may grow to.
 * @returns how it ended. Throws InputError beyond the limit, and whatever reading `chunks` throws.
 */
export async function gunzip(name, chunks, limit, onData) {
    const unzip = createGunzip();
    let total = 0;
    let failure = null;
    const ended = new Promise((resolve) => {
        unzip.on('end', resolve);
        unzip.on('close', resolve);
        unzip.on('error', (error) => {
            failure ??= error;
            resolve();
        });
    });
    unzip.on('data', (chunk) => {
        if (failure !== null)
            return;
        total += chunk.length;
        try {
            if (total > limit)
                throw tooLarge(name, limit);
            onData(chunk);
        }
        catch (error) {
            failure = error instanceof Error ? error : new Error(String(error));
            unzip.destroy();
        }
    });
    for await (const chunk of chunks) {
        if (failure !== null || unzip.destroyed)
            break;
        if (!unzip.write(chunk))
            await Promise.race([drained(unzip), ended]);
    }
    if (!unzip.destroyed)
        unzip.end();
    await ended;
    return endOf(failure);
}
function drained(stream) {
    return new Promise((resolve) => {
        stream.once('drain', () => resolve());
    });
}
function endOf(failure) {
    if (failure === null)
        return 'complete';
    const code = 'code' in failure ? failure.code : null;
    if (code === 'Z_BUF_ERROR')
        return 'truncated';
    if (code === 'Z_DATA_ERROR' || code === 'Z_NEED_DICT')
        return 'damaged';
    throw failure;
}
/** @returns the error for an input that grows beyond the limit. */
export function tooLarge(name, limit) {
    return new InputError('too-large', `${name} is larger than ${formatBytes(limit)} once unpacked; give the files needed one by one`, name);
}
