import { clusterPathsOf, isBundleNode, isBundleNoise } from './calico-bundle.js';
import { hintsOfName, isCaptureFolder, RECENT_FOLDER } from './contract-files.js';
import { InputError } from './input-error.js';
/**
 * Finds the capture inside an archive: archives are often made of a folder (`node-1/iptables-save.txt`).
 * @param name of the archive, for the message; `paths` of its files, cleaned.
 * @returns the folder's path, `''` for the top; and the files directly in it or in its `xt_recent/`. Throws InputError
 * where the archive holds several captures: mixing two nodes would give wrong answers.
 */
export function findCaptureRoot(name, paths) {
    const namesIn = new Map();
    for (const path of paths) {
        const folder = folderOf(path);
        const names = namesIn.get(folder);
        if (names === undefined)
            namesIn.set(folder, [lastOf(path)]);
        else
            names.push(lastOf(path));
    }
    const isCapture = (names) => isCaptureFolder(names) || isBundleNode(names);
    const captures = [...namesIn].filter(([, names]) => isCapture(names)).map(([folder]) => folder);
    const candidates = captures.length > 0 ? captures : plainFolders(namesIn);
    const depth = Math.min(...candidates.map(depthOf));
    const shallowest = candidates.filter((folder) => depthOf(folder) === depth);
    const root = shallowest[0] ?? '';
    if (shallowest.length > 1) {
        throw new InputError('several-captures', `${name} holds several captures (${shallowest.slice(0, 5).join(', ')}): unpack it and name one of them`, name);
    }
    const prefix = root === '' ? '' : `${root}/`;
    const files = paths.filter((path) => {
        if (!path.startsWith(prefix))
            return false;
        const below = path.slice(prefix.length).split('/');
        return below.length === 1 || (below.length === 2 && below[0] === RECENT_FOLDER);
    });
    if (!isBundleNode(namesIn.get(root) ?? []))
        return { root, files, contract: captures.length > 0 };
    const objects = clusterPathsOf(root).filter((path) => paths.includes(path));
    const useful = files.filter((path) => !isBundleNoise(lastOf(path)));
    return { root, files: [...useful, ...objects], contract: false };
}
/** @returns the path without `./`, doubled slashes and a leading slash; null where it climbs out with `..` or hides (`._name`). */
export function cleanPath(path) {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.length === 0 || parts.some((part) => part === '..' || part.startsWith('.')))
        return null;
    return parts.join('/');
}
/** @returns true for paths that may belong to a capture, judged before anything of them is read. */
export function mayBelong(path) {
    const folder = folderOf(path);
    return lastOf(folder) !== 'formats' && (hintsOfName(path) !== null || depthOf(folder) <= 3);
}
function plainFolders(namesIn) {
    const folders = [...namesIn.keys()].filter((folder) => lastOf(folder) !== RECENT_FOLDER);
    return folders.length > 0 ? folders : [''];
}
function folderOf(path) {
    return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
function lastOf(path) {
    return path.slice(path.lastIndexOf('/') + 1);
}
function depthOf(folder) {
    return folder === '' ? 0 : folder.split('/').length;
}
