import { type Fields, textOf } from '../json/fields.ts';
import { OBJECT_FIELDS } from './object-fields.ts';
import type { ContainerState } from './objects.ts';
import { partOf, partsOf, shaped } from './shape.ts';

const FIELDS = OBJECT_FIELDS.Pod;

/** Labels that say whose pod it is, and the value they have on kube-proxy's (kubeadm, the cloud providers, charts), as has the container. */
export const AGENT_LABELS = ['k8s-app', 'component', 'app', 'app.kubernetes.io/name'] as const;
const KUBE_PROXY = 'kube-proxy';

/** @returns how kube-proxy's own container fares; null where the Pod is none of kube-proxy, or tells nothing of it. */
export function readProxyState(object: Fields): ContainerState | null {
  const whole = shaped(FIELDS, object);
  const labels = partOf(partOf(whole.metadata).labels);
  if (!AGENT_LABELS.some((key) => labels[key] === KUBE_PROXY)) return null;
  const statuses = partsOf(partOf(whole.status).containerStatuses).map(partOf);
  // Beside it a container may stand that guards its metrics, or a mesh’s.
  const own = statuses.find(({ name }) => name === KUBE_PROXY);
  const status = own ?? (statuses.length === 1 ? statuses[0] : undefined);
  if (status === undefined) return null;
  const now = partOf(status.state);
  const before = partOf(partOf(status.lastState).terminated);
  const ended = partOf(now.terminated);
  return {
    waiting: textOf(partOf(now.waiting).reason),
    ended: now.terminated === undefined ? null : endOf(ended),
    restarts: typeof status.restartCount === 'number' ? status.restartCount : null,
    endedBefore: partOf(status.lastState).terminated === undefined ? null : endOf(before),
  };
}

function endOf(fields: { reason?: unknown; exitCode?: unknown; finishedAt?: unknown }) {
  return {
    reason: textOf(fields.reason),
    exitCode: typeof fields.exitCode === 'number' ? fields.exitCode : null,
    at: textOf(fields.finishedAt),
  };
}
