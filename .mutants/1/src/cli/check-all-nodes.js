import { sourcesOf } from '../capture/captured-file.js';
import { InputError } from '../capture/input-error.js';
import { NodeComparer } from '../check/nodes/compare-nodes.js';
import { ProblemList } from '../problems/problem.js';
import { readAllNodes } from './all-nodes.js';
import { buildCapture } from './build-capture.js';
import { checkOne } from './check-one.js';
import { notChecked } from './check-results.js';
import { readClusterFiles } from './cluster-files.js';
import { EXIT, statusOfError } from './exit-status.js';
import { holdInterrupts } from './interrupt.js';
import { readLive } from './load-live.js';
import { Progress } from './progress.js';
import { UsageError } from './usage-error.js';
/**
 * `check --all-nodes`: checks every node of a live cluster, and compares them. A node that cannot be read is told, and the
 * others are checked. Throws UsageError; UnreachableError where none can be read; InterruptedError; InputError where the file
 * of expectations is wrong.
 */
export async function checkAllNodes({ sources: { live }, expect }, question, io) {
    const target = live?.target ?? null;
    if (live === undefined || target === null)
        throw new Error('--all-nodes without a way to reach nodes');
    if (target.pod !== null)
        throw new UsageError('one-pod', '--pod names a pod of one node; say --node with it, not --all-nodes');
    const progress = new Progress(io);
    const hold = holdInterrupts(progress);
    const shared = { stdin: () => io.stdin(), problems: new ProblemList(), progress };
    try {
        const objects = await readClusterFiles({ ...live, pods: 'all' }, shared, hold.signal);
        const readOne = async (node) => {
            const problems = new ProblemList();
            const { files, manifest } = await readLive(node, { ...shared, problems }, async () => null);
            return { files, manifest, problems };
        };
        const checkRead = async ({ files, manifest, problems }) => {
            try {
                const { capture } = await buildCapture(sourcesOf([...files, ...objects]), { name: manifest.origin, live: true }, { problems, progress });
                await capture.cluster();
                progress.begin(`checking ${manifest.origin}`);
                return await checkOne(capture, expect, question, true);
            }
            catch (error) {
                // A node without rules, say; a file of expectations with a mistake concerns all of them.
                const isForAll = error instanceof InputError && error.code === 'expectations';
                if (isForAll || statusOfError(error) === EXIT.bug)
                    throw error;
                return { unread: error };
            }
        };
        const results = await readAllNodes({ ...live, target }, hold, readOne, async (read) => await hold.idle(async () => await checkRead(read)));
        return await hold.idle(async () => summarise(results, shared.problems.list()));
    }
    finally {
        progress.end();
        await hold.release();
    }
}
function summarise(results, problems) {
    const comparer = new NodeComparer();
    const reports = [];
    const failures = [];
    let status = EXIT.answered;
    for (const { node, value, error } of results) {
        if (value !== null && 'report' in value) {
            reports.push(value.report);
            if (value.profile !== null)
                comparer.add(value.profile, value.report);
            continue;
        }
        const why = value === null ? error : value.unread;
        failures.push(notChecked(why, node));
        // What could not be reached is worse than what could not be read.
        status = status === EXIT.unreachable ? status : statusOfError(why);
    }
    const comparisons = comparer.size < 2 ? [] : [comparer.compare()];
    return { reports, comparisons, failures: [...problems, ...failures], status };
}
