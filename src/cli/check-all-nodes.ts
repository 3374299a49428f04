import type { CheckQuestion } from '../check/check-capture.ts';
import { NodeComparer } from '../check/nodes/compare-nodes.ts';
import { ProfilePool } from '../check/nodes/profile-pool.ts';
import type { CheckReport } from '../check/report.ts';
import { ProblemList } from '../problems/problem.ts';
import { type ToldProblem, toldAll } from '../problems/told-problem.ts';
import { readAllNodes } from './all-nodes.ts';
import { readExpectations } from './check-one.ts';
import type { CheckRequest } from './check-request.ts';
import { type CheckResults, notChecked } from './check-results.ts';
import { LiveRing } from './cluster/live-ring.ts';
import { readClusterFiles } from './cluster-files.ts';
import { EXIT, type ExitStatus, statusOfError, worse } from './exit-status.ts';
import { type CheckOutcome, failed } from './fleet/capture-checker.ts';
import { capturesAtOnce } from './fleet/concurrency.ts';
import { LiveChecker, type NodeJob, type NodeState } from './fleet/live-checker.ts';
import { NodeThreads } from './fleet/node-threads.ts';
import { holdInterrupts } from './interrupt.ts';
import type { Io } from './io.ts';
import { readLive } from './load-live.ts';
import { Progress } from './progress.ts';
import { UsageError } from './usage-error.ts';

/**
 * `check --all-nodes`: checks every node of a live cluster, and compares them; where the machine has several processors, some are
 * checked while others are read. A node that cannot be read is told, and the others are checked. Throws UsageError;
 * UnreachableError where none can be read; InterruptedError; InputError where the file of expectations is wrong.
 */
export async function checkAllNodes(
  { sources: { live }, expect, concurrency }: CheckRequest,
  question: CheckQuestion,
  io: Io,
): Promise<CheckResults> {
  const target = live?.target ?? null;
  if (live === undefined || target === null) throw new Error('--all-nodes without a way to reach nodes');
  if (target.pod !== null)
    throw new UsageError('one-pod', '--pod names a pod of one node; say --node with it, not --all-nodes');
  // A mistake in it concerns all of them.
  if (expect !== null) readExpectations(null, expect);
  const progress = new Progress(io);
  const hold = holdInterrupts(progress);
  const shared = { stdin: () => io.stdin(), problems: new ProblemList(), progress };
  let threads: NodeThreads | null = null;
  try {
    const objects = await readClusterFiles({ ...live, pods: 'all' }, shared, hold.signal);
    const orders = { live: { ...live, target }, objects, expect, question };
    const width = concurrency === 1 ? 1 : capturesAtOnce();
    if (width > 1) threads = new NodeThreads(width, orders, progress);
    const checker = new LiveChecker(orders, progress);
    const checked = new Map<string, CheckOutcome>();
    const pool = new ProfilePool();
    const beside: Promise<void>[] = [];
    const checkThose = async (some: readonly NodeJob[]): Promise<void> => {
      for (const job of some) {
        const { name } = job.node;
        if (threads === null) {
          checked.set(name, pooled(await hold.idle(async () => await checker.check(job)), pool));
          continue;
        }
        await threads.room(hold.signal);
        beside.push(threads.check(job).then((outcome) => void checked.set(name, pooled(outcome, pool))));
      }
    };
    const ring = new LiveRing<NodeState>();
    const checkRead = async (state: NodeState): Promise<void> => {
      try {
        // A node without rules, say, is nobody that others are followed to.
        await checker.read(state);
      } catch (error) {
        if (statusOfError(error) === EXIT.bug) throw error;
        checked.set(state.name, failed(error, { files: [state.name] }));
        return;
      }
      await checkThose(ring.add(state));
    };
    const results = await readAllNodes(
      { ...live, target },
      hold,
      async (node): Promise<NodeState> => {
        const problems = new ProblemList();
        const { files, manifest } = await readLive(node, { ...shared, problems }, async () => null);
        return { name: node.target.node, files, origin: manifest.origin, problems: problems.list() };
      },
      async (state) => await checkRead(state),
    );
    await checkThose(ring.end());
    return await hold.idle(async () => {
      await Promise.all(beside);
      const outcomes = results.map(({ node, error }) => ({ node, value: checked.get(node) ?? null, error }));
      return summarise(outcomes, toldAll(shared.problems.list()));
    });
  } finally {
    await threads?.end();
    progress.end();
    await hold.release();
  }
}

function summarise(
  results: readonly {
    readonly node: string;
    readonly value: CheckOutcome | null;
    readonly error: Error | null;
  }[],
  problems: readonly ToldProblem[],
): CheckResults {
  const comparer = new NodeComparer();
  const reports: CheckReport[] = [];
  const failures: ToldProblem[] = [];
  let status: ExitStatus = EXIT.answered;
  for (const { node, value, error } of results) {
    if (value?.kind === 'checked') {
      reports.push(value.report);
      if (value.profile !== null) comparer.add(value.profile, value.report);
      continue;
    }
    failures.push(value?.problem ?? notChecked(error, node));
    status = worse(status, value?.status ?? statusOfError(error));
  }
  const comparisons = comparer.size < 2 ? [] : [comparer.compare()];
  return { reports, comparisons, failures: [...problems, ...failures], status };
}

function pooled(outcome: CheckOutcome, pool: ProfilePool): CheckOutcome {
  if (outcome.kind === 'failed' || outcome.profile === null) return outcome;
  return { ...outcome, profile: pool.shared(outcome.profile) };
}
