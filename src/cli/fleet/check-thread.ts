import { parentPort, workerData } from 'node:worker_threads';
import type { CapturedFile } from '../../capture/captured-file.ts';
import { SILENT_IO } from '../io.ts';
import { Progress } from '../progress.ts';
import type { ThreadAnswer } from './asked-thread.ts';
import { CaptureChecker, type CheckOrders } from './capture-checker.ts';
import { LiveChecker, type LiveOrders, type NodeJob, type NodeState } from './live-checker.ts';

/** Runs in a thread of `check`: answers what it is asked about captures or live nodes, until it is ended. */
export function serveChecks(): void {
  const orders = workerData as CheckOrders | LiveOrders;
  const tell = (answer: ThreadAnswer): void => parentPort?.postMessage(answer);
  const progress = new Progress(SILENT_IO);
  if ('live' in orders) {
    const checker = new LiveChecker({ ...orders, objects: orders.objects.map(withBuffer) }, progress);
    parentPort?.on('message', async ({ node, others }: NodeJob) =>
      tell(await checker.check({ node: withBuffers(node), others: others.map(withBuffers) })),
    );
  } else {
    // Captures from standard input are checked by the program itself.
    const checker = new CaptureChecker(orders, { stdin: SILENT_IO.stdin, progress });
    parentPort?.on('message', async (index: number) => {
      const sources = orders.captures[index];
      if (sources !== undefined) tell(await checker.checkAmong(sources));
    });
  }
  tell('started');
}

function withBuffers(state: NodeState): NodeState {
  return { ...state, files: state.files.map(withBuffer) };
}

/** What is posted to a thread arrives as plain bytes. */
function withBuffer(file: CapturedFile): CapturedFile {
  const { buffer, byteOffset, byteLength } = file.bytes;
  return { ...file, bytes: Buffer.from(buffer, byteOffset, byteLength) };
}
