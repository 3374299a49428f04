import { gunzip } from './gunzip.js';
/**
 * @returns the content of one gzipped file that is already in memory, and whether its end is missing. Throws InputError
 * beyond the limits.
 */
export async function unpackBytes(name, bytes, limits, problems) {
    const pieces = [];
    const end = await gunzip(name, one(bytes), limits.totalBytes, (chunk) => pieces.push(chunk));
    reportGzipEnd(name, end, problems);
    return { bytes: Buffer.concat(pieces), cut: end !== 'complete' };
}
const GZIP_ENDS = {
    complete: null,
    truncated: { code: 'truncated', message: 'the gzip stream is cut off; what came before the cut is used' },
    damaged: { code: 'damaged', message: 'the gzip stream is damaged; what came before the damage is used' },
};
/** Makes a problem of a gzip stream that did not end well. */
export function reportGzipEnd(name, end, problems) {
    const problem = GZIP_ENDS[end];
    if (problem !== null)
        problems.add(problem.code, problem.message, name);
}
async function* one(bytes) {
    yield bytes;
}
