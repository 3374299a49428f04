import type { CaptureInfo } from '../explain/explanation.ts';
import { type ToldProblem, toldAll } from '../problems/told-problem.ts';
import type { Capture } from './capture.ts';

/** @returns the head that every document shares. Ask last: reading for the answer may still find problems. */
export function documentHead(capture: Capture): {
  readonly apiVersion: 'kp-explain/v1';
  readonly capture: CaptureInfo;
  readonly problems: readonly ToldProblem[];
} {
  return { apiVersion: 'kp-explain/v1', capture: capture.info, problems: toldAll(capture.problems.list()) };
}
