import { CaptureWriter, findWriteTarget, type WriteTarget } from '../capture/write/capture-writer.ts';
import type { CapturedNode, CaptureReport } from '../explain/capture-report.ts';
import { ProblemList } from '../problems/problem.ts';
import { toldAll } from '../problems/told-problem.ts';
import type { Renderer } from '../render/format.ts';
import { write } from './answer.ts';
import { readClusterFiles } from './cluster-files.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { type Hold, holdInterrupts } from './interrupt.ts';
import type { Io } from './io.ts';
import type { LoadContext } from './load-context.ts';
import { plainFormats } from './plain-formats.ts';
import { Progress } from './progress.ts';
import { readNode } from './read-node.ts';
import type { CaptureRequest, LiveRequest } from './requests.ts';
import { saveAllNodes } from './save-all-nodes.ts';
import { UsageError } from './usage-error.ts';

/**
 * Reads one node or all of them, writes the capture when everything is read, and says what was written.
 * @returns 0, or 3 where some of several nodes could not be reached. Throws UsageError, InputError, UnreachableError and
 * InterruptedError; then nothing is written.
 */
export async function saveCapture(request: CaptureRequest, io: Io): Promise<ExitStatus> {
  const live = liveOf(request);
  const target = findWriteTarget(request.write, request.force);
  const progress = new Progress(io);
  const context = { stdin: () => io.stdin(), problems: new ProblemList(), progress };
  // Held over the whole run: between two nodes an interrupt must still remove what is half written.
  const hold = holdInterrupts(progress);
  let half: CaptureWriter | null = null;
  const discard = (): void => half?.discard();
  // A second Ctrl-C ends the process without coming back here.
  process.on('exit', discard);
  try {
    const writer = new CaptureWriter(target);
    half = writer;
    const items = await readItems(request, live, context, hold, writer);
    progress.begin(`writing ${target.name}`);
    if (target.form === 'archive') await hold.idle(async () => writer.pack());
    hold.signal.throwIfAborted();
    writer.commit();
    progress.end();
    const report = reportOf(target, items, context);
    const text: Renderer<CaptureReport> = async (document, view) => {
      const { renderCaptureText } = await import('../render/capture-text.ts');
      return renderCaptureText(document, view);
    };
    // What is not in a capture can still be had now, and not later.
    await write(report, request, io, plainFormats(text), true);
    return items.every(({ error }) => error === null) ? EXIT.answered : EXIT.unreachable;
  } finally {
    discard();
    process.off('exit', discard);
    progress.end();
    await hold.release();
  }
}

/** Reads what is to be written, and adds it to the capture. `live` null: an existing capture is copied. */
async function readItems(
  request: CaptureRequest,
  live: LiveRequest | null,
  context: LoadContext,
  hold: Hold,
  writer: CaptureWriter,
): Promise<CapturedNode[]> {
  const redaction = !request.redact ? 'none' : request.force ? 'forced' : 'redacted';
  if (live === null) {
    const { copyRedacted } = await import('./copy-capture.ts');
    const { files, item } = await hold.idle(
      async () => await copyRedacted(request.sources, redaction, context),
    );
    writer.add(files, '');
    return [item];
  }
  const pods = request.allNodes ? 'all' : live.pods;
  const objects = await readClusterFiles({ ...live, pods }, context, hold.signal);
  if (request.allNodes && live.target !== null) {
    return await saveAllNodes({ ...live, target: live.target }, objects, context, hold, writer);
  }
  // Reading holds on its own; renaming what was read leaves nothing behind.
  const { files, item } = await hold.idle(async () => await readNode(live, objects, context, redaction));
  writer.add(files, '');
  return [item];
}

/** @returns the live node to read, or null where an existing capture is to be copied. Throws UsageError. */
function liveOf({ sources, allNodes, redact }: CaptureRequest): LiveRequest | null {
  if (sources.files.length > 0 || sources.demo !== false || sources.live === undefined) {
    if (redact) return null;
    throw new UsageError(
      'not-live',
      'capture saves the state of this machine or of a live node; what -f and --demo name is a capture already, of which --redact writes a copy with new names',
    );
  }
  const { target } = sources.live;
  if (allNodes && target !== null && target.pod !== null) {
    throw new UsageError('one-pod', '--pod names a pod of one node; say --node with it, not --all-nodes');
  }
  if (allNodes && redact) {
    throw new UsageError('redact-one', '--redact works on one node at a time: say --node, not --all-nodes');
  }
  return sources.live;
}

function reportOf(
  target: WriteTarget,
  items: readonly CapturedNode[],
  { problems }: LoadContext,
): CaptureReport {
  const [only] = items;
  const one = items.length === 1 && only !== undefined ? only : null;
  return {
    apiVersion: 'kp-explain/v1',
    kind: 'CaptureManifest',
    capture: {
      origin: target.name,
      node: one?.node ?? null,
      takenAt: only?.takenAt ?? null,
      proxyMode: only?.proxyMode ?? 'none',
      backends: [...new Set(items.flatMap(({ backend }) => (backend === null ? [] : [backend])))],
    },
    problems: toldAll(problems.list()),
    path: target.name,
    items: items.map((item) => ({
      ...item,
      path: item.error === null ? (item.path ?? (one === null ? null : target.name)) : null,
    })),
  };
}
