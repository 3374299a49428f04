import { sourcesOf } from '../capture/captured-file.ts';
import { InputError } from '../capture/input-error.ts';
import type { CheckQuestion } from '../check/check-capture.ts';
import { NodeComparer } from '../check/nodes/compare-nodes.ts';
import type { CheckReport } from '../check/report.ts';
import { type Problem, ProblemList } from '../problems/problem.ts';
import { readAllNodes } from './all-nodes.ts';
import { buildCapture } from './build-capture.ts';
import { type Checked, checkOne } from './check-one.ts';
import type { CheckRequest } from './check-request.ts';
import { type CheckResults, notChecked } from './check-results.ts';
import { readClusterFiles } from './cluster-files.ts';
import { EXIT, type ExitStatus, statusOfError } from './exit-status.ts';
import { holdInterrupts } from './interrupt.ts';
import type { Io } from './io.ts';
import { liveOrigin } from './live-origin.ts';
import { readLive } from './load-live.ts';
import { Progress } from './progress.ts';
import type { LiveRequest } from './requests.ts';
import { UsageError } from './usage-error.ts';

/**
 * `check --all-nodes`: checks every node of a live cluster, and compares them. A node that cannot be read is told, and the
 * others are checked. Throws UsageError; UnreachableError where none can be read; InterruptedError; InputError where the file
 * of expectations is wrong.
 */
export async function checkAllNodes(
  { sources: { live }, expect }: CheckRequest,
  question: CheckQuestion,
  io: Io,
): Promise<CheckResults> {
  const target = live?.target ?? null;
  if (live === undefined || target === null) throw new Error('--all-nodes without a way to reach nodes');
  if (target.pod !== null)
    throw new UsageError('one-pod', '--pod names a pod of one node; say --node with it, not --all-nodes');
  const progress = new Progress(io);
  const hold = holdInterrupts(progress);
  const shared = { stdin: () => io.stdin(), problems: new ProblemList(), progress };
  try {
    const objects = await readClusterFiles({ ...live, pods: 'all' }, shared, hold.signal);
    const readOne = async (node: LiveRequest) => {
      const problems = new ProblemList();
      const { files, manifest } = await readLive(node, { ...shared, problems }, async () => null);
      return { files, manifest, problems };
    };
    const checkRead = async ({ files, manifest, problems }: Awaited<ReturnType<typeof readOne>>) => {
      try {
        const { capture } = await buildCapture(
          sourcesOf([...files, ...objects]),
          liveOrigin(manifest.origin, live),
          { problems, progress },
        );
        await capture.cluster();
        progress.begin(`checking ${manifest.origin}`);
        return await checkOne(capture, expect, question, true);
      } catch (error) {
        // A node without rules, say; a file of expectations with a mistake concerns all of them.
        const isForAll = error instanceof InputError && error.code === 'expectations';
        if (isForAll || statusOfError(error) === EXIT.bug) throw error;
        return { unread: error };
      }
    };
    const results = await readAllNodes(
      { ...live, target },
      hold,
      readOne,
      async (read) => await hold.idle(async () => await checkRead(read)),
    );
    return await hold.idle(async () => summarise(results, shared.problems.list()));
  } finally {
    progress.end();
    await hold.release();
  }
}

type NodeOutcome = Checked | { readonly unread: unknown };

function summarise(
  results: readonly {
    readonly node: string;
    readonly value: NodeOutcome | null;
    readonly error: Error | null;
  }[],
  problems: readonly Problem[],
): CheckResults {
  const comparer = new NodeComparer();
  const reports: CheckReport[] = [];
  const failures: Problem[] = [];
  let status: ExitStatus = EXIT.answered;
  for (const { node, value, error } of results) {
    if (value !== null && 'report' in value) {
      reports.push(value.report);
      if (value.profile !== null) comparer.add(value.profile, value.report);
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
