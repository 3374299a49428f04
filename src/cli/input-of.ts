import type { Known } from '../explain/question/question.ts';
import type { CheckInput } from '../findings/check-input.ts';
import type { ProblemCode } from '../problems/problem.ts';
import type { Capture } from './capture.ts';
import { knownOf } from './known.ts';
import { proxyHealthOf } from './proxy-health-of.ts';

/**
 * @param before what is known of the capture, where that was put together before: its indexes serve twice
 * @returns what findings are found in
 */
export async function inputOf(capture: Capture, before: Known | null = null): Promise<CheckInput> {
  const known = before ?? knownOf(capture, await capture.cluster());
  const { kubeProxy, kubeProxyFlags } = capture.manifest;
  return {
    known,
    kubeProxyVersion: kubeProxy,
    kubeProxyFlags,
    conntrackStats: capture.conntrackStats(),
    counterSample: capture.counterSample(),
    cutInputs: cutInputs(capture),
    toldProblems: problemsOfThen(capture),
    ...(capture.kubectl === undefined ? {} : { kubectl: capture.kubectl }),
    proxyHealth: proxyHealthOf(capture.manifest, known),
  };
}

/** Of a node that was read just now they are notes beside the answer, but for what is usual there, and are not told twice. */
function problemsOfThen({ manifest, isLive }: Capture): readonly string[] {
  return manifest.problems.flatMap(({ text, usual }) => (isLive && !usual ? [] : text));
}

/** Rules and API objects that were not read whole; a flow listing that is cut only shows fewer flows. */
function cutInputs(capture: Capture): string[] {
  const codes: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
    'truncated',
    'damaged',
    'too-large',
    'missing-rules',
    'malformed-object',
    'unreadable-json',
  ]);
  const files = capture.problems
    .list()
    .filter(
      ({ code, file }) =>
        codes.has(code) &&
        file !== null &&
        !/conntrack|nft|sysctl|xt_recent|ip6?-/.test(file.replace(/^.*\//, '')),
    )
    .map(({ file }) => file ?? '');
  return [...new Set(files)];
}
