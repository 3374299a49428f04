import { sourcesOf } from '../../capture/captured-file.ts';
import { InputError } from '../../capture/input-error.ts';
import type { FollowedNode } from '../../capture/live/followed-node.ts';
import type { LiveState } from '../../capture/live/live-state.ts';
import { InterruptedError } from '../../capture/live/unreachable-error.ts';
import { FlowWatch } from '../../explain/flows/flow-watch.ts';
import { QuestionError } from '../../explain/question/question.ts';
import { sysctlNumber } from '../../host/sysctl.ts';
import { ProblemList } from '../../problems/problem.ts';
import { toldAll } from '../../problems/told-problem.ts';
import { loadColours, wantsColour } from '../../render/colours.ts';
import { escapeTerminal } from '../../render/escape.ts';
import { renderProblems } from '../../render/problems-text.ts';
import type { TextOptions } from '../../render/text-options.ts';
import { buildCapture } from '../build-capture.ts';
import type { Capture } from '../capture.ts';
import { readClusterFiles } from '../cluster-files.ts';
import { EXIT, type ExitStatus, statusOfError } from '../exit-status.ts';
import type { Io } from '../io.ts';
import { knownOf } from '../known.ts';
import { liveOrigin } from '../live-origin.ts';
import { loadCapture } from '../load-capture.ts';
import type { LoadContext } from '../load-context.ts';
import { readLive } from '../load-live.ts';
import { Progress } from '../progress.ts';
import type { ConntrackRequest, LiveRequest } from '../requests.ts';
import { UsageError } from '../usage-error.ts';
import { clockTime } from './clock-time.ts';
import { FlowFollower } from './flow-follower.ts';
import { beatIntoPipes } from './heartbeat.ts';

/**
 * Tells flows as they come and go, until the source ends, nobody reads any more or a signal comes.
 * @returns the exit status; the shell's own for a signal. Throws UsageError where nothing can be watched, or the question
 * names nothing known; InputError and UnreachableError where the node cannot be read or followed.
 */
export async function watchFlows(request: ConntrackRequest, io: Io): Promise<ExitStatus> {
  if (request.output !== 'text')
    throw new UsageError('watch', `--watch writes text, and not ${request.output}`);
  const { files, demo, live } = request.sources;
  if (files.includes('-')) return await watchPiped(request, io);
  if (files.length > 0 || demo !== false || live === undefined)
    throw new UsageError(
      'watch',
      '--watch follows this machine or a live node (--node), or events on standard input beside a capture: conntrack -E | kp-explain conntrack --watch -f CAPTURE -f -',
    );
  if (live.needs.flows !== 'events')
    throw new UsageError('watch', '--watch asks conntrack, and --no-conntrack forbids it');
  try {
    return await watchLive(live, request, io);
  } catch (error) {
    // To interrupt it is how a watch ends.
    if (error instanceof InterruptedError) return statusOfError(error);
    throw error;
  }
}

/** Events that conntrack prints elsewhere, beside what was captured of that node. */
async function watchPiped(request: ConntrackRequest, io: Io): Promise<ExitStatus> {
  const files = request.sources.files.filter((file) => file !== '-');
  if (files.length === 0)
    throw new UsageError(
      'watch',
      'with events on standard input, name the node’s rules as well: conntrack -E | kp-explain conntrack --watch -f CAPTURE -f -',
    );
  const progress = new Progress(io);
  const context: LoadContext = { stdin: () => io.stdin(), problems: new ProblemList(), progress };
  const capture = await loadCapture({ ...request.sources, files }, context);
  const follower = await begin({ capture, readAt: Date.now() }, request, io, null);
  progress.end();
  for await (const piece of io.stdin()) {
    if (io.unread?.aborted === true) break;
    follower.take(piece);
    await follower.finish();
  }
  if (follower.events === 0)
    throw new UsageError('watch', 'standard input holds no event of conntrack: pipe conntrack -E into it');
  io.err('standard input ended\n');
  return EXIT.answered;
}

async function watchLive(live: LiveRequest, request: ConntrackRequest, io: Io): Promise<ExitStatus> {
  // Rules are as old as the beginning of their reading.
  const readAt = Date.now();
  const progress = new Progress(io);
  const problems = new ProblemList();
  const context: LoadContext = { stdin: () => io.stdin(), problems, progress };
  const captureOf = async (state: LiveState, found: ProblemList): Promise<Capture> => {
    const objects = await readClusterFiles(live, { ...context, problems: found });
    const origin = liveOrigin(state.manifest.origin, live);
    const sources = sourcesOf([...state.files, ...objects]);
    return (await buildCapture(sources, origin, { ...context, problems: found })).capture;
  };
  try {
    const nothing = async () => null;
    await readLive(live, context, nothing, async (node: FollowedNode<LiveState>) => {
      const again = async (): Promise<Capture | null> => {
        try {
          const state = await node.again();
          // What is missing was told at the beginning.
          return state === null ? null : await captureOf(state, new ProblemList());
        } catch (error) {
          // It is told by the rules that were read before; what cannot be read now may be in a moment.
          if (error instanceof InputError) return null;
          throw error;
        } finally {
          progress.end();
        }
      };
      const capture = await captureOf(node.state, problems);
      const follower = await begin({ capture, readAt }, request, io, again);
      progress.end();
      const beat = beatIntoPipes(io);
      const told = await node
        .follow({
          onPiece: (piece) => follower.take(piece),
          onWords: lossesTo(io),
          until: AbortSignal.any([beat.until, follower.failed]),
        })
        .finally(() => beat.stop());
      await follower.finish();
      if (!beat.until.aborted) io.err(`${escapeTerminal(told)}\n`);
    });
  } finally {
    progress.end();
  }
  return EXIT.answered;
}

/** Says what is watched, on standard error. Throws UsageError where the question names nothing that is known. */
async function begin(
  { capture, readAt }: { readonly capture: Capture; readonly readAt: number },
  request: ConntrackRequest,
  io: Io,
  again: (() => Promise<Capture | null>) | null,
): Promise<FlowFollower> {
  const colours = await loadColours(wantsColour(io.columns !== null, io.env));
  const view: TextOptions = { width: io.columns, colours };
  const known = knownOf(capture, await capture.cluster());
  const watch = watchOf(request, known);
  io.err(renderProblems(toldAll(capture.problems.list()), colours, io.columns));
  const node = capture.info.node === null ? '' : ` on ${capture.info.node}`;
  const rules = again === null ? `rules of ${capture.info.origin}` : `rules read at ${clockTime(readAt)}`;
  const what = watch.title ?? 'all flows';
  io.err(`${escapeTerminal(`${what}${node}: what comes and goes, ${rules}; Ctrl-C ends it`)}\n`);
  if (again !== null && sysctlNumber(known.host, EVENTS) === 0)
    io.err(`nothing will be told: ${EVENTS} = 0, so the kernel tells no events of conntrack\n`);
  return new FlowFollower(request, { watch, readAt }, io, view, again);
}

const EVENTS = 'net.netfilter.nf_conntrack_events';

function watchOf(request: ConntrackRequest, known: ConstructorParameters<typeof FlowWatch>[1]): FlowWatch {
  try {
    return new FlowWatch(request, known);
  } catch (error) {
    if (error instanceof QuestionError) throw new UsageError('question', error.message);
    throw error;
  }
}

/** Between two lines about losses: there may be thousands of them. */
const LOSSES_MS = 10_000;

/** @returns what reads conntrack's messages: it goes on where its buffer ran over, and says so among them. */
function lossesTo(io: Io): (piece: Buffer) => void {
  let said = 0;
  return (piece) => {
    if (!/ENOBUFS|losing events/.test(piece.toString('latin1')) || Date.now() - said < LOSSES_MS) return;
    said = Date.now();
    io.err(`${clockTime(said)}  events were lost: they came faster than they were read\n`);
  };
}
