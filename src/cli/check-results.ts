import type { CheckReport, NodeComparison } from '../check/report.ts';
import { type ToldProblem, told } from '../problems/told-problem.ts';
import { EXIT, type ExitStatus, statusOfError } from './exit-status.ts';

/** What was checked, and what could not be. */
export interface CheckResults {
  readonly reports: readonly CheckReport[];
  readonly comparisons: readonly NodeComparison[];
  readonly failures: readonly ToldProblem[];
  /** 0, or why some could not be checked. */
  readonly status: ExitStatus;
}

/** @returns what is told of a capture or node that could not be checked. */
export function notChecked(error: unknown, file: string | null): ToldProblem {
  const said = (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, '; ');
  const isBug = statusOfError(error) === EXIT.bug;
  return told({ code: 'capture-not-checked', args: { said, isBug }, file, line: null });
}
