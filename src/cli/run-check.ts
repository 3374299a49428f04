import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { findCaptures } from '../capture/find-captures.ts';
import { InputError } from '../capture/input-error.ts';
import { unreadable } from '../capture/source.ts';
import {
  type CheckQuestion,
  checkCapture,
  findForUpdate,
  findingCodes,
  withHead,
} from '../check/check-capture.ts';
import type { Expectations } from '../check/expectations/expectations.ts';
import { parseExpectations } from '../check/expectations/parse-expectations.ts';
import { proposeExpectations } from '../check/expectations/propose.ts';
import type { CheckReport } from '../check/report.ts';
import type { CheckInput } from '../findings/context.ts';
import { type Problem, ProblemList } from '../problems/problem.ts';
import type { Capture } from './capture.ts';
import type { CheckRequest } from './check-request.ts';
import { EXIT, type ExitStatus, statusOfError } from './exit-status.ts';
import type { Io } from './io.ts';
import { knownOf } from './known.ts';
import { loadCapture } from './load-capture.ts';
import { Progress } from './progress.ts';
import type { SourceRequest } from './requests.ts';
import { UsageError } from './usage-error.ts';
import { writeReports } from './write-reports.ts';

/**
 * Checks every capture and writes the reports. A capture that cannot be read is told and the others are checked.
 * Throws UsageError where the command line is wrong; InputError where the only capture, or expect.yaml, cannot be read.
 */
export async function check(request: CheckRequest, io: Io): Promise<ExitStatus> {
  const question = questionOf(request);
  const captures = listCaptures(request);
  if (request.update) return await update(captures, request, io);
  const reports: CheckReport[] = [];
  const failures: Problem[] = [];
  let worst: ExitStatus = EXIT.answered;
  for (const sources of captures) {
    try {
      reports.push(await checkOne(sources, request, question, io));
    } catch (error) {
      if (captures.length === 1 || statusOfError(error) === EXIT.bug) throw error;
      const message = error instanceof Error ? error.message : String(error);
      failures.push({
        code: 'capture-not-checked',
        message: `not checked: ${message}`,
        file: sources.files[0] ?? null,
        line: null,
      });
      worst = statusOfError(error);
    }
  }
  await writeReports(reports, { failures, isList: isList(request, captures), output: request.output }, io);
  if (worst !== EXIT.answered) return worst;
  return reports.every(({ passed }) => passed) ? EXIT.answered : EXIT.no;
}

function questionOf({ least, only, ignore }: CheckRequest): CheckQuestion {
  const codes = findingCodes();
  const unknown = [...(only ?? []), ...ignore.map(({ code }) => code)].find((code) => !codes.has(code));
  if (unknown !== undefined) {
    throw new UsageError(
      'unknown-code',
      `no finding has the code ${unknown}; there are ${[...codes].join(', ')}`,
    );
  }
  return {
    least,
    only: only === null ? null : new Set(only),
    ignore: ignore.map((entry) => ({ ...entry, reason: '--ignore' })),
  };
}

/** Each as one request for `loadCapture`. */
function listCaptures({ captures, sources }: CheckRequest): SourceRequest[] {
  const given = sources.demo || sources.files.length > 0;
  if (given && captures.length > 0)
    throw new UsageError('two-states', 'name captures as arguments, or one with -f or --demo, not both');
  if (captures.length === 0) return [sources];
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

async function checkOne(
  sources: SourceRequest,
  request: CheckRequest,
  question: CheckQuestion,
  io: Io,
): Promise<CheckReport> {
  const progress = new Progress(io);
  try {
    const capture = await open(sources, io, progress);
    const expectations = readExpectations(capture, request);
    progress.begin(`checking ${capture.info.origin}`);
    const input = await inputOf(capture);
    const answer = checkCapture({ input, expectations }, question);
    return withHead(answer, capture.info, capture.problems.list());
  } finally {
    progress.end();
  }
}

async function open(sources: SourceRequest, io: Io, progress: Progress): Promise<Capture> {
  return await loadCapture(sources, { stdin: () => io.stdin(), problems: new ProblemList(), progress });
}

async function inputOf(capture: Capture): Promise<CheckInput> {
  const known = knownOf(capture, await capture.cluster());
  const { kubeProxy, kubeProxyFlags } = capture.manifest;
  return {
    known,
    kubeProxyVersion: kubeProxy,
    kubeProxyFlags,
    conntrackStats: capture.conntrackStats(),
    cutInputs: cutInputs(capture),
  };
}

/** Rules and API objects that were not read whole; a flow listing that is cut only shows fewer flows. */
function cutInputs(capture: Capture): string[] {
  const codes = new Set([
    'truncated',
    'damaged',
    'too-large',
    'missing-rules',
    'malformed-object',
    'unreadable-json',
  ]);
  const files = capture.problems
    .list()
    .filter(
      ({ code, file }) =>
        codes.has(code) &&
        file !== null &&
        !/conntrack|nft|sysctl|xt_recent|ip6?-/.test(file.replace(/^.*\//, '')),
    )
    .map(({ file }) => file ?? '');
  return [...new Set(files)];
}

/** A mistake in the file is an error: a statement that is not understood must not pass for one that holds. */
function readExpectations(capture: Capture, { expect }: CheckRequest): Expectations | null {
  const text = expect === null ? capture.expectations() : readText(expect);
  if (text === null) return null;
  const file = expect ?? `${capture.info.origin.replace(/\/+$/, '')}/expect.yaml`;
  const { expectations, mistakes } = parseExpectations(text, file, findingCodes());
  if (mistakes.length === 0) return expectations;
  const lines = mistakes.slice(0, 20).map(({ line, message }) => `${file}:${line}: ${message}`);
  const more = mistakes.length > 20 ? `\n… and ${mistakes.length - 20} more` : '';
  throw new InputError('expectations', `${lines.join('\n')}${more}`, file);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function update(
  captures: readonly SourceRequest[],
  request: CheckRequest,
  io: Io,
): Promise<ExitStatus> {
  for (const sources of captures) {
    const [folder] = sources.files;
    const path =
      request.expect ??
      (folder === undefined || !isFolder(folder) ? null : `${folder.replace(/(?<=.)\/+$/, '')}/expect.yaml`);
    if (path === null || (request.expect !== null && captures.length > 1)) {
      throw new UsageError(
        'nowhere-to-write',
        '--update writes expect.yaml into a capture folder; for anything else say --expect FILE',
      );
    }
    const progress = new Progress(io);
    try {
      const capture = await open(sources, io, progress);
      const before = existsSync(path) ? readExpectations(capture, { ...request, expect: path }) : null;
      progress.begin(`checking ${capture.info.origin}`);
      const input = await inputOf(capture);
      writeFileSync(path, proposeExpectations(input.known, findForUpdate(input), before));
    } finally {
      progress.end();
    }
    io.out(`wrote ${path}: what the capture does today; review it before you rely on it\n`);
  }
  return EXIT.answered;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
