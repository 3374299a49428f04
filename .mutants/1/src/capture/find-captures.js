import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isCaptureFolder } from './contract-files.js';
import { InputError } from './input-error.js';
import { unreadable } from './source.js';
/** How far and how wide a folder is searched. */
const DEEPEST = 8;
const MOST = 5_000;
/** Folders that are looked into: a whole disk is not meant. */
const MOST_LOOKED_INTO = 50_000;
/**
 * Finds captures below a path: capture folders, and archives (`.tar`, `.tar.gz`, `.tgz`). Folders in a capture folder are not
 * searched, hidden ones and `node_modules` neither; links to folders are not followed.
 * @param path as the user named it. Throws InputError where it cannot be read, or holds more than can be meant.
 * @returns the path itself where it is no folder, or is one capture; else what was found below, in order of names
 */
export function findCaptures(path) {
    let isFolder;
    try {
        isFolder = path !== '-' && statSync(path).isDirectory();
    }
    catch (error) {
        throw unreadable(path, error);
    }
    if (!isFolder)
        return [path];
    const found = [];
    search(path.replace(/(?<=.)\/+$/, ''), 0, found, { left: MOST_LOOKED_INTO });
    return found.length === 0 ? [path] : found;
}
function search(folder, depth, found, looks) {
    looks.left--;
    const entries = listed(folder, depth);
    if (isCaptureFolder(entries.filter((entry) => entry.isFile()).map(({ name }) => name))) {
        found.push(folder);
        return;
    }
    for (const entry of entries) {
        const { name } = entry;
        if (name.startsWith('.') || name === 'node_modules')
            continue;
        const path = folder === '/' ? `/${name}` : join(folder, name);
        if (entry.isFile() && /\.(?:tar|tar\.gz|tgz)$/.test(name))
            found.push(path);
        else if (entry.isDirectory() && depth < DEEPEST)
            search(path, depth + 1, found, looks);
        if (found.length > MOST || looks.left < 0) {
            throw new InputError('too-many-captures', `${folder} and the folders beside it hold more than ${MOST} captures, or ${MOST_LOOKED_INTO} folders; name a smaller folder`, folder);
        }
    }
}
/** A folder below that may not be read is passed over: the one that was named must be readable. */
function listed(folder, depth) {
    try {
        return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    }
    catch (error) {
        if (depth > 0)
            return [];
        throw unreadable(folder, error);
    }
}
