import { parseSockets } from '../host/parse-sockets.js';
import { textOf } from './sort-sources.js';
/** @returns the sockets of all listings of `ss`; null where there is none. */
export function loadSockets(sorted, problems) {
    const listings = sorted.get('sockets');
    if (listings === undefined)
        return null;
    const read = listings.map(({ source }) => parseSockets(textOf(source, problems) ?? '', source.name, problems));
    // One that is whole has them all.
    return { list: read.flatMap(({ list }) => list), whole: read.some(({ whole }) => whole) };
}
