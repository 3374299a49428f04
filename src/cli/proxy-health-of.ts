import type { Manifest } from '../capture/manifest.ts';
import type { Known } from '../explain/question/question.ts';
import { thisNodeName } from '../explain/question/this-node.ts';
import type { ProxyHealth } from '../findings/proxy-health.ts';
import { readPod } from '../kubernetes/read-pod.ts';

/** Phases of a Pod that does not run again. */
const OVER: ReadonlySet<string | null> = new Set(['Failed', 'Succeeded']);

/** @returns how kube-proxy fares: its Pod as the node's own reading found it, else as the API objects have it. */
export function proxyHealthOf(manifest: Manifest, known: Known): ProxyHealth {
  const { kubeProxyPod, kubeProxyErrors, kubeProxySync, takenAt } = manifest;
  const node = thisNodeName(known);
  const own = node === null ? [] : known.book.podsOn(node);
  const pods = own.filter(({ proxyState }) => proxyState !== undefined);
  // While a DaemonSet is rolled out, or after an eviction, the Pod before it may still be there.
  const current = pods.find(({ terminating, phase }) => !terminating && !OVER.has(phase)) ?? pods[0];
  const pod = (kubeProxyPod === null ? null : readPod(kubeProxyPod)) ?? current ?? null;
  return {
    pod: pod === null ? null : `${pod.namespace}/${pod.name}`,
    container: pod?.proxyState ?? null,
    errors: kubeProxyErrors,
    ...kubeProxySync,
    takenAt,
  };
}
