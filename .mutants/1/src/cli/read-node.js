import { sourcesOf } from '../capture/captured-file.js';
import { InputError } from '../capture/input-error.js';
import { ProblemList } from '../problems/problem.js';
import { buildCapture } from './build-capture.js';
import { readLive } from './load-live.js';
import { prepareFiles } from './prepare-files.js';
/** Reads one node. @param objects of the cluster, which belong to every capture of it. */
export async function readNode(live, objects, context, redaction) {
    const { files, manifest } = await readLive(live, context, async () => null);
    const written = await prepareFiles([...files, ...objects], redaction, context.problems);
    const item = {
        node: manifest.node ?? 'this machine',
        path: null,
        takenAt: manifest.takenAt,
        backend: manifest.backend,
        kubeProxy: manifest.kubeProxy,
        proxyMode: await modeOf(files, context),
        files: written.map(({ path, bytes, origin }) => ({ name: path, bytes: bytes.length, origin })),
        error: null,
    };
    return { files: written, item };
}
/** As the answers from this capture will tell it. Problems of the files are told when they are read, not here. */
async function modeOf(files, { progress }) {
    try {
        const origin = { name: 'capture', live: true };
        const { capture } = await buildCapture(sourcesOf(files), origin, {
            problems: new ProblemList(),
            progress,
            needs: 'rules-or-flows',
        });
        return capture.info.proxyMode;
    }
    catch (error) {
        if (error instanceof InputError)
            return 'none';
        throw error;
    }
}
