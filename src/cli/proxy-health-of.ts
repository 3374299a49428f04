import type { Manifest } from '../capture/manifest.ts';
import type { Known } from '../explain/question/question.ts';
import { thisNodeName } from '../explain/question/this-node.ts';
import type { ProxyHealth } from '../findings/proxy-health.ts';
import { readPod } from '../kubernetes/read-pod.ts';

/** @returns how kube-proxy fares: its Pod as the node's own reading found it, else as the API objects have it. */
export function proxyHealthOf(manifest: Manifest, known: Known): ProxyHealth {
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
