import { statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
/**
 * @returns where a file of a capture is on this disk, from the working folder where it lies below it; of a file in an archive, the
 *   archive, and `exact` is false: its lines are not the archive's. Null where nothing of it is there.
 */
export function placeOfFile(file) {
    for (let path = file; path !== '' && path !== '.' && path !== sep; path = dirname(path)) {
        const stat = statSync(path, { throwIfNoEntry: false });
        if (stat?.isFile())
            return { path: fromHere(path), exact: path === file };
        if (stat !== undefined)
            return path === file ? { path: fromHere(path), exact: false } : null;
        if (dirname(path) === path)
            return null;
    }
    return null;
}
function fromHere(path) {
    const from = relative(process.cwd(), resolve(path));
    return from.startsWith('..') || isAbsolute(from) ? resolve(path) : from;
}
