import { fileURLToPath } from 'node:url';
import { readFolder } from './read-folder.js';
/** The names, the usual one first. */
export const DEMOS = ['iptables', 'nftables', 'ipvs'];
/** The folders whose files make up a bundled capture, its own first. */
const FOLDERS = {
    iptables: ['demo'],
    nftables: ['demo-nftables', 'demo'],
    ipvs: ['ipvs'],
};
/** The nodes in iptables and in nftables mode are one cluster: these files are the same, and stand in the folder of the first. */
export const SHARED_FILES = new Set([
    'endpointslices.json',
    'nodes.json',
    'pods.json',
    'services.json',
    'ip-rule.json',
    'ip6-rule.json',
]);
/** @returns the files of a bundled capture, unread as far as possible; the same from `src/` and from `dist/`. */
export async function readDemo(demo, limits, problems) {
    const [own = '', main] = FOLDERS[demo];
    const files = await readFolder('demo', folder(own), limits, problems);
    if (main === undefined)
        return files;
    const shared = await readFolder('demo', folder(main), limits, problems);
    return [...files, ...shared.filter(({ name }) => SHARED_FILES.has(name.replace(/^.*\//, '')))];
}
/** @returns the folders whose files make up a bundled capture, its own first. */
export function demoFolders(demo) {
    return FOLDERS[demo].map(folder);
}
function folder(name) {
    return fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
}
