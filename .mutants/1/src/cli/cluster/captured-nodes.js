import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isCaptureFolder } from '../../capture/contract-files.js';
import { findCaptures } from '../../capture/find-captures.js';
import { InputError } from '../../capture/input-error.js';
import { parseManifest } from '../../capture/manifest.js';
import { readSmallFile } from '../../kubernetes/api/small-file.js';
/**
 * The nodes that `-f` names: several capture folders, or a folder that holds those of several nodes (as `capture
 * --all-nodes` writes them). Of each only its manifest is read.
 * @returns null where the state is of one node, as far as can be told without reading it
 */
export function capturedNodes({ files, demo }) {
    if (demo || files.length === 0)
        return null;
    const nodes = new Map();
    for (const folder of new Set(files.flatMap(capturesBelow))) {
        const node = nodeIn(folder);
        // What is no capture with a name of its own belongs to one node, with the rest.
        if (node === null || nodes.has(node.name))
            return null;
        nodes.set(node.name, node);
    }
    return nodes.size < 2 ? null : [...nodes.values()];
}
/** What cannot be read is told by whoever reads it as a capture. */
function capturesBelow(path) {
    try {
        return findCaptures(path);
    }
    catch (error) {
        if (error instanceof InputError)
            return [path];
        throw error;
    }
}
function nodeIn(folder) {
    try {
        if (!statSync(folder).isDirectory() || !isCaptureFolder(readdirSync(folder)))
            return null;
        const manifest = parseManifest(readSmallFile(join(folder, 'capture.json')).toString('utf8'));
        const name = manifest?.node ?? basename(folder);
        return { name, folder, takenAt: manifest?.takenAt ?? null };
    }
    catch {
        return null;
    }
}
/** @returns the addresses of a captured node's interfaces that `ip -j addr` lists, as text, without reading the rest. */
export function addressesIn({ folder }) {
    let text;
    try {
        text = readSmallFile(join(folder, 'ip-addr.json')).toString('utf8');
    }
    catch {
        return [];
    }
    return [...text.matchAll(/"local"\s*:\s*"([0-9a-fA-F:.]+)"/g)]
        .map(([, address = '']) => address)
        .filter((address) => !/^(?:127\.|169\.254\.|fe80:|::1$)/i.test(address));
}
