import type { CaptureInfo } from '../explain/explanation.ts';
import type { Problem } from '../problems/problem.ts';
import type { Capture } from './capture.ts';

/** @returns the head that every document shares. Ask last: reading for the answer may still find problems. */
export function documentHead(capture: Capture): {
  readonly apiVersion: 'kp-explain/v1';
  readonly capture: CaptureInfo;
  readonly problems: readonly Problem[];
} {
  return { apiVersion: 'kp-explain/v1', capture: capture.info, problems: capture.problems.list() };
}
