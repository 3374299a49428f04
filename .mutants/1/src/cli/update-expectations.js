import { existsSync, statSync, writeFileSync } from 'node:fs';
import { findForUpdate } from '../check/check-capture.js';
import { proposeExpectations } from '../check/expectations/propose.js';
import { ProblemList } from '../problems/problem.js';
import { readExpectations } from './check-one.js';
import { inputOf } from './input-of.js';
import { holdInterrupts } from './interrupt.js';
import { loadCapture } from './load-capture.js';
import { Progress } from './progress.js';
import { UsageError } from './usage-error.js';
/**
 * `check --update`: writes down what each capture does today.
 * @param expect the file to write; null: expect.yaml in the capture folder. Throws UsageError, InputError.
 */
export async function updateExpectations(captures, expect, io) {
    for (const sources of captures) {
        const [folder] = sources.files;
        const path = expect ??
            (folder === undefined || !isFolder(folder) ? null : `${folder.replace(/(?<=.)\/+$/, '')}/expect.yaml`);
        if (path === null || (expect !== null && captures.length > 1)) {
            throw new UsageError('nowhere-to-write', '--update writes expect.yaml into a capture folder; for anything else say --expect FILE');
        }
        const progress = new Progress(io);
        try {
            const capture = await loadCapture(sources, {
                stdin: () => io.stdin(),
                problems: new ProblemList(),
                progress,
            });
            const before = existsSync(path) ? readExpectations(capture, path) : null;
            progress.begin(`checking ${capture.info.origin}`);
            const input = await inputOf(capture);
            const text = proposeExpectations(input.known, findForUpdate(input), before);
            // A file that was reviewed must not be lost half way.
            const hold = holdInterrupts(progress);
            try {
                writeFileSync(path, text);
            }
            finally {
                await hold.release();
            }
            hold.signal.throwIfAborted();
        }
        finally {
            progress.end();
        }
        io.out(`wrote ${path}: what the capture does today; review it before you rely on it\n`);
    }
}
function isFolder(path) {
    try {
        return statSync(path).isDirectory();
    }
    catch {
        return false;
    }
}
