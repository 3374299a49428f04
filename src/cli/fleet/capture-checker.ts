import type { CheckQuestion } from '../../check/check-capture.ts';
import type { Known } from '../../explain/question/question.ts';
import { ProblemList } from '../../problems/problem.ts';
import type { ToldProblem } from '../../problems/told-problem.ts';
import { type Checked, checkOne } from '../check-one.ts';
import { notChecked } from '../check-results.ts';
import { MOST_OTHERS, OtherCaptures } from '../cluster/follow-to-others.ts';
import { type ExitStatus, statusOfError } from '../exit-status.ts';
import { loadCapture } from '../load-capture.ts';
import { loadCluster } from '../load-cluster.ts';
import type { LoadContext } from '../load-context.ts';
import type { SourceRequest } from '../requests.ts';
import { SharedCluster } from './shared-cluster.ts';

/** What one run of `check` asks of every capture. Values alone, so that a thread can be told. */
export interface CheckOrders {
  readonly captures: readonly SourceRequest[];
  /** A file of expectations; null: that of each capture. */
  readonly expect: string | null;
  readonly question: CheckQuestion;
}

/** What came of one capture: its report, or why there is none. Values alone, so that a thread can tell. */
export type CheckOutcome =
  | ({ readonly kind: 'checked' } & Checked)
  | { readonly kind: 'failed'; readonly problem: ToldProblem; readonly status: ExitStatus };

/** Checks captures one after the other; what was read of one is let go when the next ones do not need it. */
export class CaptureChecker {
  readonly #orders: CheckOrders;
  readonly #progress: LoadContext['progress'];
  readonly #others: OtherCaptures;

  constructor(orders: CheckOrders, { stdin, progress }: Pick<LoadContext, 'stdin' | 'progress'>) {
    this.#orders = orders;
    this.#progress = progress;
    // One alone would be looked through once more for nothing.
    const shared = orders.captures.length > 1 ? { clusters: new SharedCluster(loadCluster) } : {};
    this.#others = new OtherCaptures(
      orders.captures,
      async (sources) =>
        await loadCapture(sources, { stdin, problems: new ProblemList(), progress, ...shared }),
    );
  }

  /** How many captures that stand side by side are worth to be checked by one: where they are read for each other, some. */
  get blockSize(): number {
    return this.#others.areRead ? MOST_OTHERS + 1 : 1;
  }

  /** Throws what cannot be read, and bugs. */
  async check(sources: SourceRequest): Promise<Checked> {
    const { captures, expect, question } = this.#orders;
    const capture = await this.#others.read(sources);
    // Read before it is asked for, so that the progress line then tells of the checking.
    await capture.cluster();
    this.#progress.begin(`checking ${capture.info.origin}`);
    const follow = async (known: Known) => await this.#others.follow(sources, known, question);
    return await checkOne(capture, expect, question, captures.length > 1, follow);
  }

  /** One of several: that it cannot be read, or that a bug is met in it, is told, and the others are checked. */
  async checkAmong(sources: SourceRequest): Promise<CheckOutcome> {
    try {
      return { kind: 'checked', ...(await this.check(sources)) };
    } catch (error) {
      return failed(error, sources);
    }
  }
}

/** @returns the outcome of a capture of which there is no report. */
export function failed(error: unknown, { files }: Pick<SourceRequest, 'files'>): CheckOutcome {
  return {
    kind: 'failed',
    problem: notChecked(error, files[0] ?? null),
    status: statusOfError(error),
  };
}
