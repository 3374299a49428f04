import { sourcesOf } from '../capture/captured-file.ts';
import { InputError } from '../capture/input-error.ts';
import type { CheckQuestion } from '../check/check-capture.ts';
import { NodeComparer } from '../check/nodes/compare-nodes.ts';
import type { CheckReport } from '../check/report.ts';
import type { Known } from '../explain/question/question.ts';
import type { AcrossNodes } from '../findings/across/across-nodes.ts';
import { type Problem, ProblemList } from '../problems/problem.ts';
import { type NodeRequest, readAllNodes } from './all-nodes.ts';
import { buildCapture } from './build-capture.ts';
import { type Checked, checkOne } from './check-one.ts';
import type { CheckRequest } from './check-request.ts';
import { type CheckResults, notChecked } from './check-results.ts';
import { type CapturedNode, liveNode } from './cluster/captured-nodes.ts';
import { asksAcross, followTo } from './cluster/follow-to-others.ts';
import { type InRing, LiveRing, type ReadNode } from './cluster/live-ring.ts';
import { readClusterFiles } from './cluster-files.ts';
import { EXIT, type ExitStatus, statusOfError } from './exit-status.ts';
import { SharedCluster } from './fleet/shared-cluster.ts';
import { holdInterrupts } from './interrupt.ts';
import type { Io } from './io.ts';
import { liveOrigin } from './live-origin.ts';
import { loadCluster } from './load-cluster.ts';
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
    const clusters = new SharedCluster(loadCluster);
    const ring = new LiveRing();
    const checked = new Map<string, NodeOutcome>();
    // A node without rules, say; a file of expectations with a mistake concerns all of them.
    const guarded = async (name: string, run: () => Promise<void>): Promise<void> => {
      try {
        await run();
      } catch (error) {
        const isForAll = error instanceof InputError && error.code === 'expectations';
        if (isForAll || statusOfError(error) === EXIT.bug) throw error;
        checked.set(name, { unread: error });
      }
    };
    const checkThose = async (some: readonly InRing[]): Promise<void> => {
      for (const { node, others } of some) {
        progress.begin(`checking ${node.capture.info.origin}`);
        const follow = async (known: Known) =>
          await followLive(node, others, known, { ...live, target }, question);
        await guarded(node.name, async () => {
          checked.set(node.name, await checkOne(node.capture, expect, question, true, follow));
        });
      }
    };
    const checkRead = async (
      name: string,
      { files, manifest, problems }: Awaited<ReturnType<typeof readOne>>,
    ) => {
      let ready: readonly InRing[] = [];
      await guarded(name, async () => {
        const { capture } = await buildCapture(
          sourcesOf([...files, ...objects]),
          liveOrigin(manifest.origin, live),
          { problems, progress, clusters },
        );
        await capture.cluster();
        ready = ring.add({ name, capture });
      });
      await checkThose(ready);
    };
    const results = await readAllNodes(
      { ...live, target },
      hold,
      readOne,
      async (read, name) => await hold.idle(async () => await checkRead(name, read)),
    );
    return await hold.idle(async () => {
      await checkThose(ring.end());
      const outcomes = results.map(({ node, error }) => ({ node, value: checked.get(node) ?? null, error }));
      return summarise(outcomes, shared.problems.list());
    });
  } finally {
    progress.end();
    await hold.release();
  }
}

/** Live nodes that were read in one run are of one cluster. @returns null where there are no others, or nobody asked. */
async function followLive(
  own: ReadNode,
  others: readonly ReadNode[],
  known: Known,
  live: NodeRequest,
  question: CheckQuestion,
): Promise<AcrossNodes | null> {
  const names = (known.cluster.nodes ?? []).map(({ name }) => name);
  const tried = others.filter(({ name }) => names.includes(name));
  if (!asksAcross(question) || tried.length === 0 || !names.includes(own.name)) return null;
  const read = [own, ...tried];
  const nodeOf = ({ name, capture }: ReadNode): CapturedNode =>
    liveNode(
      name,
      { files: [], demo: false, live: { ...live, target: { ...live.target, node: name } } },
      capture.info.takenAt,
    );
  return await followTo(
    {
      own: nodeOf(own),
      tried: tried.map(nodeOf),
      notTried: names.filter((name) => !read.some((node) => node.name === name)),
    },
    async (sources) => (read.find(({ name }) => name === sources.live?.target?.node) ?? own).capture,
    question,
  );
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
