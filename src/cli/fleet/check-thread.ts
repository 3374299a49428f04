import { parentPort, workerData } from 'node:worker_threads';
import type { Io } from '../io.ts';
import { Progress } from '../progress.ts';
import { CaptureChecker, type CheckOrders } from './capture-checker.ts';
import type { ThreadAnswer } from './check-threads.ts';

/** The program itself writes. */
const SILENT: Io = {
  programName: '',
  env: {},
  columns: null,
  showsProgress: false,
  out: () => undefined,
  err: () => undefined,
  stdin: async function* () {},
};

/** Runs in a thread of `check`: answers the numbers of captures, until it is ended. */
export function serveChecks(): void {
  const orders = workerData as CheckOrders;
  const checker = new CaptureChecker(orders, {
    // Captures from standard input are checked by the program itself.
    stdin: SILENT.stdin,
    progress: new Progress(SILENT),
  });
  const tell = (answer: ThreadAnswer): void => parentPort?.postMessage(answer);
  parentPort?.on('message', async (index: number) => {
    const sources = orders.captures[index];
    if (sources !== undefined) tell({ index, outcome: await checker.checkAmong(sources) });
  });
  tell('started');
}
