import { parseJson } from '../json/read-json.js';
import { OBJECT_FILES } from '../kubernetes/object-list.js';
import { renameFlow } from './flows.js';
import { renameIpJson } from './json-values.js';
import { renameFlowStatistics, renameIpvs, renameIpvsConnection, renameLines, renameRecent, renameSetLine, renameSysctl, } from './lines.js';
import { renameManifest } from './manifest.js';
import { renameNft } from './nft.js';
import { renameObjects } from './objects.js';
import { renameList, renameRules } from './rules.js';
import { renameSocket } from './sockets.js';
const lines = (rename) => (file, renamer, problems) => renameLines(file.bytes.toString('utf8'), file.name, rename, renamer, problems);
const json = (rename) => (file, renamer, problems) => {
    const value = parseJson(file.bytes.toString('utf8'));
    if (value === undefined || value === null)
        return null;
    return `${JSON.stringify(rename(value, renamer, file.name, problems))}\n`;
};
/** How a file of each kind is renamed; null: it is left out. */
const WAYS = {
    'iptables-save': (file, renamer, problems) => renameRules(file.bytes.toString('utf8'), file.name, renamer, problems),
    conntrack: lines(renameFlow),
    'conntrack-stats': lines(renameFlowStatistics),
    ipset: lines(renameSetLine),
    recent: lines(renameRecent),
    sysctl: lines(renameSysctl),
    sockets: lines(renameSocket),
    ipvs: lines(renameIpvs),
    'ipvs-connections': lines(renameIpvsConnection),
    'ip-addr': json(renameIpJson),
    'ip-route': json(renameIpJson),
    'ip-rule': json(renameIpJson),
    nft: json(renameNft),
    manifest: json(renameManifest),
    'cilium-services': null,
    'iptables-listing': null,
    'nft-hooks': null,
    'kubectl-table': null,
    expectations: null,
    empty: () => '',
    unknown: null,
};
/** @returns the file in the new names: nothing where it cannot be redacted, several for a list of objects of several kinds. */
export function renameFile(file, objects, renamer, problems) {
    if (file.kind === 'kubernetes') {
        return [...(objects ?? [])].map(([kind, list]) => ({
            path: OBJECT_FILES[kind],
            bytes: renameObjects(kind, list, renamer),
        }));
    }
    const way = WAYS[file.kind];
    const text = way === null ? null : way(file, renamer, problems);
    if (text === null) {
        const why = file.kind === 'iptables-listing'
            ? 'a listing cannot be redacted: its columns are too loose; take `iptables-save -c`'
            : 'not redacted, so it was left out';
        problems.add('not-redactable', why, file.name);
        return [];
    }
    const bytes = Buffer.from(text);
    if (file.kind !== 'recent')
        return [{ path: file.path, bytes }];
    const list = file.path.slice(file.path.lastIndexOf('/') + 1);
    return [{ path: `xt_recent/${renameList(list, renamer)}`, bytes }];
}
