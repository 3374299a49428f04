import { processIo } from '../../src/cli/io.js';
import { knownOf } from '../../src/cli/known.js';
import { loadCapture } from '../../src/cli/load-capture.js';
import { Progress } from '../../src/cli/progress.js';
import { ProblemList } from '../../src/problems/problem.js';
/** Each one listens to the process: one is enough. */
let shared = null;
/** Opens a capture as a command would, without a terminal. */
export async function openCapture(...files) {
    shared ??= { ...processIo(), showsProgress: false };
    const io = shared;
    const capture = await loadCapture({ files, demo: false }, { stdin: emptyInput, problems: new ProblemList(), progress: new Progress(io) });
    return { capture, known: knownOf(capture, await capture.cluster()) };
}
async function* emptyInput() {
    // Nothing: tests name their files.
}
