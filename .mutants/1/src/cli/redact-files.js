import { hintsOfName } from '../capture/contract-files.js';
import { sourceOfBytes } from '../capture/source.js';
import { redact } from '../redact/redact.js';
import { redactInputs } from './redact-sources.js';
import { sortSources } from './sort-sources.js';
/**
 * Takes everything that tells whose capture it is out of files that were just collected. What cannot be redacted is left
 * out and becomes a problem.
 */
export async function redactFiles(files, problems) {
    // The list's name of an xt_recent file is in its path, so the path is the name here.
    return await redactSources(files.map(({ path, bytes }) => sourceOfBytes(path, bytes, hintsOfName(path))), problems);
}
/** The same for what was read with `-f`: a capture, or any files that together are one. */
export async function redactSources(sources, problems) {
    const { files } = await redact(redactInputs(sortSources(sources, problems), problems), problems);
    return files.map((file) => ({ ...file, origin: 'redacted' }));
}
