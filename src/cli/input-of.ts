import type { Manifest } from '../capture/manifest.ts';
import type { Known } from '../explain/question/question.ts';
import { thisNodeName } from '../explain/question/this-node.ts';
import type { CheckInput } from '../findings/check-input.ts';
import type { ProxyHealth } from '../findings/proxy-health.ts';
import { readPod } from '../kubernetes/read-pod.ts';
import type { Capture } from './capture.ts';
import { knownOf } from './known.ts';

/**
 * @param before what is known of the capture, where that was put together before: its indexes serve twice
 * @returns what findings are found in
 */
export async function inputOf(capture: Capture, before: Known | null = null): Promise<CheckInput> {
  const known = before ?? knownOf(capture, await capture.cluster());
  const { kubeProxy, kubeProxyFlags, problems } = capture.manifest;
  return {
    known,
    kubeProxyVersion: kubeProxy,
    kubeProxyFlags,
    conntrackStats: capture.conntrackStats(),
    cutInputs: cutInputs(capture),
    toldProblems: problems,
    proxyHealth: healthOf(capture.manifest, known),
  };
}

/** The Pod as the node's own reading found it, else as the API objects have it. */
function healthOf(manifest: Manifest, known: Known): ProxyHealth {
  const { kubeProxyPod, kubeProxyErrors, kubeProxySync, takenAt } = manifest;
  const node = thisNodeName(known);
  const pods = (known.cluster.pods ?? []).filter(
    (each) => each.proxyState !== undefined && each.node === node && node !== null,
  );
  const pod = (kubeProxyPod === null ? null : readPod(kubeProxyPod)) ?? pods[0] ?? null;
  return {
    pod: pod === null ? null : `${pod.namespace}/${pod.name}`,
    container: pod?.proxyState ?? null,
    errors: kubeProxyErrors,
    ...kubeProxySync,
    takenAt,
  };
}

/** Rules and API objects that were not read whole; a flow listing that is cut only shows fewer flows. */
function cutInputs(capture: Capture): string[] {
  const codes = new Set([
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
