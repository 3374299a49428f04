import { findCaptures } from '../capture/find-captures.js';
import { findingCodes } from '../check/check-capture.js';
import { compareClusters } from '../check/nodes/compare-clusters.js';
import { quoteCommand } from '../command/quote.js';
import { nearest } from '../explain/words/nearest.js';
import { ProblemList } from '../problems/problem.js';
import { PLAIN_FORMATS } from '../render/format.js';
import { checkOne } from './check-one.js';
import { notChecked } from './check-results.js';
import { EXIT, statusOfError } from './exit-status.js';
import { loadCapture } from './load-capture.js';
import { Progress } from './progress.js';
import { stateWords } from './state-words.js';
import { UsageError } from './usage-error.js';
import { writeReports } from './write-reports.js';
/**
 * Checks every capture, or every node, and writes the reports. What cannot be read is told and the others are checked.
 * Throws UsageError where the command line is wrong; InputError where the only capture, or
 * expect.yaml, cannot be read and no format asked for would tell it; OutputError where a file cannot be written;
 * UnreachableError where no node can be reached.
 */
export async function check(request, io) {
    const question = questionOf(request);
    const captures = listCaptures(request);
    if (request.update) {
        const { updateExpectations } = await import('./update-expectations.js');
        await updateExpectations(captures, request.expect, io);
        return EXIT.answered;
    }
    const results = request.allNodes
        ? await checkNodes(request, question, io)
        : await checkCaptures(captures, request, question, io);
    const { reports, failures, status } = results;
    const run = {
        reports,
        comparisons: results.comparisons,
        failures,
        isList: request.allNodes || isList(request, captures),
    };
    await writeReports(run, request, stateOf(request), io);
    if (status !== EXIT.answered)
        return status;
    return reports.every(({ passed }) => passed) ? EXIT.answered : EXIT.no;
}
/** Each capture was given by itself, or all files are one, or the nodes are live. */
function stateOf({ captures, sources, allNodes }) {
    const { live } = sources;
    return ({ capture: { node, origin } }) => {
        if (captures.length > 0)
            return ` ${quoteCommand(['-f', origin])}`;
        if (!allNodes || live === undefined || live.target === null)
            return stateWords(sources);
        // The request's node stands for each of them.
        return node === null
            ? ''
            : stateWords({ ...sources, live: { ...live, target: { ...live.target, node } } });
    };
}
async function checkNodes(request, question, io) {
    const { checkAllNodes } = await import('./check-all-nodes.js');
    return await checkAllNodes(request, question, io);
}
async function checkCaptures(captures, request, question, io) {
    const checked = [];
    const failures = [];
    let status = EXIT.answered;
    const progress = new Progress(io);
    try {
        for (const sources of captures) {
            try {
                const problems = new ProblemList();
                const capture = await loadCapture(sources, { stdin: () => io.stdin(), problems, progress });
                // Read before it is asked for, so that the progress line then tells of the checking.
                await capture.cluster();
                progress.begin(`checking ${capture.info.origin}`);
                checked.push(await checkOne(capture, request.expect, question, captures.length > 1));
            }
            catch (error) {
                const isTold = captures.length > 1 || tellsFailures(request);
                if (!isTold || statusOfError(error) === EXIT.bug)
                    throw error;
                failures.push(notChecked(error, sources.files[0] ?? null));
                status = statusOfError(error);
            }
        }
        const reports = checked.map(({ report }) => report);
        return { reports, comparisons: compareClusters(checked), failures, status };
    }
    finally {
        progress.end();
    }
}
/**
 * Documents for other tools say themselves that the only capture could not be read: an empty file would be no document. Text, JSON
 * and YAML leave it to the error on standard error.
 */
function tellsFailures({ output, files }) {
    return files.length > 0 || !PLAIN_FORMATS.includes(output);
}
function questionOf({ least, only, ignore, about }) {
    const codes = findingCodes();
    const unknown = [...(only ?? []), ...ignore.map(({ code }) => code)].find((code) => !codes.has(code));
    if (unknown !== undefined) {
        const [near] = nearest(unknown, codes);
        throw new UsageError('unknown-code', `no finding has the code ${unknown}${near === undefined ? '' : ` (Did you mean ${near}?)`}; there are ${[...codes].join(', ')}`);
    }
    return {
        least,
        only: only === null ? null : new Set(only),
        ignore: ignore.map((entry) => ({ ...entry, reason: '--ignore' })),
        about,
    };
}
/** Each as one request for `loadCapture`. */
function listCaptures({ captures, sources, allNodes, update }) {
    const given = sources.demo !== false || sources.files.length > 0;
    if (allNodes && (captures.length > 0 || update)) {
        throw new UsageError('two-states', captures.length > 0
            ? '--all-nodes checks the nodes of a live cluster: name captures, or say --all-nodes, not both'
            : '--update writes beside a capture: save the nodes first, with capture --all-nodes');
    }
    if (given && captures.length > 0)
        throw new UsageError('two-states', 'name captures as arguments, or one with -f or --demo, not both');
    if (captures.length === 0)
        return [sources];
    const found = new Set(captures.flatMap((path) => findCaptures(path)));
    return [...found].map((file) => ({ files: [file], demo: false }));
}
/** Several arguments, or a folder that holds captures, give a list even of one: scripts can rely on it. */
function isList({ captures }, found) {
    return (captures.length > 1 ||
        found.length > 1 ||
        (captures.length === 1 &&
            found[0]?.files[0] !== captures[0]?.replace(/(?<=.)\/+$/, '') &&
            found[0]?.files[0] !== captures[0]));
}
