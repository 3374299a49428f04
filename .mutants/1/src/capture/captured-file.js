import { hintsOfName } from './contract-files.js';
import { sourceOfBytes } from './source.js';
/** @returns the files as sources, as if a folder of them had been read; messages name what they came from. */
export function sourcesOf(files) {
    return files.map(({ path, bytes, origin }) => sourceOfBytes(origin, bytes, hintsOfName(path)));
}
