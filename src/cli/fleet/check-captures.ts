import { compareClusters } from '../../check/nodes/compare-clusters.ts';
import { ProfilePool } from '../../check/nodes/profile-pool.ts';
import type { CheckReport } from '../../check/report.ts';
import type { ToldProblem } from '../../problems/told-problem.ts';
import type { Checked } from '../check-one.ts';
import type { CheckResults } from '../check-results.ts';
import { EXIT, type ExitStatus, statusOfError, worse } from '../exit-status.ts';
import type { Io } from '../io.ts';
import { Progress } from '../progress.ts';
import { CaptureChecker, type CheckOrders, type CheckOutcome, failed } from './capture-checker.ts';
import { capturesAtOnce } from './concurrency.ts';
import { InOrder } from './in-order.ts';

/** How captures are checked. */
export interface FleetManner {
  /** How many at once; null: as the machine allows. */
  readonly concurrency: number | null;
  /** Whether the document tells that its only capture could not be read. */
  readonly tellsFailures: boolean;
  /** Told each report, in the captures' order, as soon as those before it are told. */
  readonly onReport: (report: CheckReport, progress: Progress) => void;
}

/**
 * Checks captures, several at once where there are several, and compares those of one cluster. What cannot be read is told and the
 * others are checked; what comes out is the same however many are checked at once.
 * Throws InputError where the only capture cannot be read, and no document tells it; and bugs met in the only one.
 */
export async function checkCaptures(
  orders: CheckOrders,
  { concurrency, tellsFailures, onReport }: FleetManner,
  io: Io,
): Promise<CheckResults> {
  const { captures } = orders;
  const checked: Checked[] = [];
  const pool = new ProfilePool();
  const failures: ToldProblem[] = [];
  let status: ExitStatus = EXIT.answered;
  const progress = new Progress(io);
  const take = (outcome: CheckOutcome): void => {
    if (outcome.kind === 'failed') {
      failures.push(outcome.problem);
      status = worse(status, outcome.status);
      return;
    }
    const { profile } = outcome;
    checked.push({ ...outcome, profile: profile === null ? null : pool.shared(profile) });
    onReport(outcome.report, progress);
  };
  const context = { stdin: () => io.stdin(), progress };
  try {
    const [only] = captures;
    if (only !== undefined && captures.length === 1) {
      const checker = new CaptureChecker(orders, context);
      take({ kind: 'checked', ...(await checker.check(only)) });
    } else await checkSeveral(orders, concurrency ?? capturesAtOnce(), context, take);
  } catch (error) {
    const [only] = captures;
    if (!tellsFailures || only === undefined || statusOfError(error) === EXIT.bug) throw error;
    take(failed(error, only));
  } finally {
    progress.end();
  }
  const reports = checked.map(({ report }) => report);
  return { reports, comparisons: compareClusters(checked), failures, status };
}

async function checkSeveral(
  orders: CheckOrders,
  atOnce: number,
  context: { readonly stdin: Io['stdin']; readonly progress: Progress },
  take: (outcome: CheckOutcome) => void,
): Promise<void> {
  const { captures } = orders;
  const inOrder = new InOrder(take);
  const width = captures.some(({ files }) => files.includes('-')) ? 1 : Math.min(atOnce, captures.length);
  let left = [...captures.keys()];
  const { progress } = context;
  const checker = new CaptureChecker(orders, context);
  if (width > 1) {
    const { checkInThreads } = await import('./check-threads.ts');
    let done = 0;
    progress.begin(`checking ${captures.length} captures`);
    left = await checkInThreads(orders, width, checker.blockSize, (index, outcome) => {
      inOrder.put(index, outcome);
      progress.begin(`${++done} of ${captures.length} captures checked`);
    });
  }
  for (const index of left) {
    const sources = captures[index];
    if (sources !== undefined) inOrder.put(index, await checker.checkAmong(sources));
  }
}
