import { findCaptures } from '../capture/find-captures.ts';
import { type CheckQuestion, findingCodes } from '../check/check-capture.ts';
import type { CheckReport } from '../check/report.ts';
import { quoteCommand } from '../command/quote.ts';
import { nearest } from '../explain/words/nearest.ts';
import { type CheckFormat, PLAIN_FORMATS } from '../render/format.ts';
import type { CheckRequest } from './check-request.ts';
import type { CheckResults } from './check-results.ts';
import { capturedNodes } from './cluster/captured-nodes.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { checkCaptures } from './fleet/check-captures.ts';
import type { Io } from './io.ts';
import type { SourceRequest } from './requests.ts';
import { stateWords } from './state-words.ts';
import { UsageError } from './usage-error.ts';
import { streamReports, writeReports } from './write-reports.ts';

/**
 * Checks every capture, or every node, and writes the reports. What cannot be read is told and the others are checked.
 * Throws UsageError where the command line is wrong; InputError where the only capture, or
 * expect.yaml, cannot be read and no format asked for would tell it; OutputError where a file cannot be written;
 * UnreachableError where no node can be reached.
 */
export async function check(request: CheckRequest, io: Io): Promise<ExitStatus> {
  const question = questionOf(request);
  const captures = listCaptures(request);
  if (request.update) {
    const { updateExpectations } = await import('./update-expectations.ts');
    await updateExpectations(captures, request.expect, io);
    return EXIT.answered;
  }
  const stateOf = statesOf(request);
  const stream = request.allNodes ? null : await streamReports(request, stateOf, io);
  const results = request.allNodes
    ? await checkNodes(request, question, io)
    : await checkCaptures(
        { captures, expect: request.expect, question },
        {
          concurrency: request.concurrency,
          tellsFailures: tellsFailures(request),
          onReport: (report, progress) => {
            if (stream === null) return;
            progress.end();
            stream.add(report);
          },
        },
        io,
      );
  const { reports, failures, status } = results;
  const run = {
    reports,
    comparisons: results.comparisons,
    failures,
    isList: request.allNodes || isList(request, captures),
  };
  await writeReports(run, request, stateOf, io, stream);
  if (status !== EXIT.answered) return status;
  return reports.every(({ passed }) => passed) ? EXIT.answered : EXIT.no;
}

/** Each capture was given by itself, or all files are one, or the nodes are live. */
function statesOf({ captures, sources, allNodes }: CheckRequest): (report: CheckReport) => string {
  const { live } = sources;
  return ({ capture: { node, origin } }) => {
    if (captures.length > 0) return ` ${quoteCommand(['-f', origin])}`;
    if (!allNodes || live === undefined || live.target === null) return stateWords(sources);
    // The request's node stands for each of them.
    return node === null
      ? ''
      : stateWords({ ...sources, live: { ...live, target: { ...live.target, node } } });
  };
}

async function checkNodes(request: CheckRequest, question: CheckQuestion, io: Io): Promise<CheckResults> {
  const { checkAllNodes } = await import('./check-all-nodes.ts');
  return await checkAllNodes(request, question, io);
}

/**
 * Documents for other tools say themselves that the only capture could not be read: an empty file would be no document. Text, JSON
 * and YAML leave it to the error on standard error.
 */
function tellsFailures({ output, files }: CheckRequest): boolean {
  return files.length > 0 || !(PLAIN_FORMATS as readonly CheckFormat[]).includes(output);
}

function questionOf({ least, only, ignore, about }: CheckRequest): CheckQuestion {
  const codes = findingCodes();
  const unknown = [...(only ?? []), ...ignore.map(({ code }) => code)].find((code) => !codes.has(code));
  if (unknown !== undefined) {
    const [near] = nearest(unknown, codes);
    throw new UsageError(
      'unknown-code',
      `no finding has the code ${unknown}${near === undefined ? '' : ` (Did you mean ${near}?)`}; there are ${[...codes].join(', ')}`,
    );
  }
  return {
    least,
    only: only === null ? null : new Set(only),
    ignore: ignore.map((entry) => ({ ...entry, reason: '--ignore' })),
    about,
  };
}

/** Each as one request for `loadCapture`. */
function listCaptures({ captures, sources, allNodes, update }: CheckRequest): SourceRequest[] {
  const given = sources.demo !== false || sources.files.length > 0;
  if (allNodes && (captures.length > 0 || update)) {
    throw new UsageError(
      'two-states',
      captures.length > 0
        ? '--all-nodes checks the nodes of a live cluster: name captures, or say --all-nodes, not both'
        : '--update writes beside a capture: save the nodes first, with capture --all-nodes',
    );
  }
  if (given && captures.length > 0)
    throw new UsageError('two-states', 'name captures as arguments, or one with -f or --demo, not both');
  if (captures.length === 0) {
    // A folder of several nodes, as one capture, is each of them.
    const nodes = capturedNodes(sources);
    return nodes === null ? [sources] : nodes.map((node) => node.sources);
  }
  const found = new Set(captures.flatMap((path) => findCaptures(path)));
  return [...found].map((file) => ({ files: [file], demo: false }));
}

/** Several arguments, or a folder that holds captures, give a list even of one: scripts can rely on it. */
function isList({ captures }: CheckRequest, found: readonly SourceRequest[]): boolean {
  return (
    captures.length > 1 ||
    found.length > 1 ||
    (captures.length === 1 &&
      found[0]?.files[0] !== captures[0]?.replace(/(?<=.)\/+$/, '') &&
      found[0]?.files[0] !== captures[0])
  );
}
