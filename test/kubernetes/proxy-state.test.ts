import { describe, expect, it } from 'vitest';
import { pruneObject } from '../../src/kubernetes/prune.ts';
import { readPod } from '../../src/kubernetes/read-pod.ts';

/** A Pod of kube-proxy with these containers, as far as it is kept. */
function stateOf(...containerStatuses: readonly object[]) {
  const pod = pruneObject('Pod', {
    metadata: { name: 'kube-proxy-x7k2p', namespace: 'kube-system', labels: { 'k8s-app': 'kube-proxy' } },
    spec: { nodeName: 'node-1' },
    status: { phase: 'Running', containerStatuses },
  });
  return pod === null ? undefined : readPod(pod)?.proxyState;
}

const runs = (name: string) => ({ name, restartCount: 0, state: { running: {} } });
const crashes = (name: string) => ({
  name,
  restartCount: 7,
  state: { waiting: { reason: 'CrashLoopBackOff' } },
});

describe('which container of a kube-proxy pod is kube-proxy?', () => {
  it('the one of that name, wherever it stands', () => {
    expect(stateOf(crashes('guard'), runs('kube-proxy'))?.waiting).toBeNull();
    expect(stateOf(runs('guard'), crashes('kube-proxy'))?.waiting).toBe('CrashLoopBackOff');
  });

  it('the only one, whatever its name', () => {
    expect(stateOf(crashes('proxy'))?.restarts).toBe(7);
  });

  it('of several with other names none is told to be', () => {
    expect(stateOf(crashes('guard'), runs('proxy'))).toBeUndefined();
  });
});
