import { randomBytes } from 'node:crypto';
import { ProblemList } from '../problems/problem.js';
import { noteFile } from './note-files.js';
import { settleClaims } from './note-rules.js';
import { readPrunedObjects } from './objects.js';
import { renameFile } from './rename-files.js';
import { Renamer } from './renamer.js';
import { settleChains } from './settle-chains.js';
const ATTEMPTS = 20;
/**
 * Renames addresses (prefix by prefix), names, interfaces and MAC addresses of a whole capture, the same everywhere, and
 * recomputes kube-proxy's chain names, so that the redacted capture is traced like the original. What is not understood
 * is left out and becomes a problem. Ports, protocols, marks, counters and times stay.
 * @param key fixed by tests; otherwise it is random and forgotten.
 */
export async function redact(files, problems, key = randomBytes(32).toString('hex')) {
    const objects = new Map();
    for (const file of files) {
        if (file.kind === 'kubernetes')
            objects.set(file, await readPrunedObjects(file, problems));
    }
    let best = null;
    let pinned = null;
    let known = null;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const found = new ProblemList();
        const once = redactOnce(files, objects, new Renamer(`${key} ${attempt}`, known ?? []), found);
        if (known === null && once.renamer.addresses.hasWideRanges) {
            // The first time only showed which addresses there are.
            known = once.renamer.knownAddresses();
            continue;
        }
        const half = once.renamer.halfKept();
        // What chance kept once another key renames; what every key keeps has no other name.
        pinned = (pinned ?? [...half]).filter((text) => half.has(text));
        const kept = half.size + countKept(once.renamer);
        if (best === null || kept < best.kept)
            best = { once, kept, problems: found };
        if (kept === 0)
            break;
    }
    if (best === null)
        return { files: [], renamer: new Renamer(key), pinned: [] };
    for (const { code, message, file, line } of best.problems.list())
        problems.add(code, message, file, line);
    const repeated = countKept(best.once.renamer);
    if (repeated > 0) {
        problems.add('address-kept', `${repeated} addresses of the original also stand in the result as the new names of others`);
    }
    return { ...best.once, pinned: pinned ?? [] };
}
function redactOnce(files, objects, renamer, problems) {
    const noted = { claims: [] };
    for (const file of files)
        noteFile(file, objects.get(file) ?? null, renamer, noted);
    for (const part of objects.values())
        settleChains(part, renamer);
    settleClaims(noted.claims, renamer);
    const renamed = files.flatMap((file) => renameFile(file, objects.get(file) ?? null, renamer, problems));
    return { files: renamed, renamer };
}
/** An address of the original must not stand in the result, not even as another one's new name. */
function countKept(renamer) {
    const renamed = renamer.renamedAddresses();
    let kept = 0;
    for (const to of renamed.values())
        if (renamed.has(to))
            kept++;
    return kept;
}
