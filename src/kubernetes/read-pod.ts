import { type Fields, textOf } from '../json/fields.ts';
import { addressTextOf, nameOf, portOf } from './fields.ts';
import { OBJECT_FIELDS } from './object-fields.ts';
import type { Pod } from './objects.ts';
import { readProxyState } from './read-proxy-state.ts';
import { partOf, partsOf, type Shaped, shaped } from './shape.ts';

const FIELDS = OBJECT_FIELDS.Pod;

/** Reads a Pod (core v1). @returns null where it has no name. */
export function readPod(object: Fields): Pod | null {
  const name = nameOf(object);
  if (name === null) return null;
  const whole = shaped(FIELDS, object);
  const proxyState = readProxyState(object);
  const spec = partOf(whole.spec);
  const status = partOf(whole.status);
  return {
    ...name,
    node: textOf(spec.nodeName),
    ips: readIPs(status),
    hostNetwork: spec.hostNetwork === true,
    phase: textOf(status.phase),
    ready: partsOf(status.conditions)
      .map(partOf)
      .some((condition) => condition.type === 'Ready' && condition.status === 'True'),
    terminating: textOf(partOf(whole.metadata).deletionTimestamp) !== null,
    hostPorts: readHostPorts(spec),
    ...(proxyState === null ? {} : { proxyState }),
  };
}

function readIPs(status: Shaped<typeof FIELDS.status>): string[] {
  const ips = new Set<string>();
  for (const item of [...partsOf(status.podIPs).map((entry) => partOf(entry).ip), status.podIP]) {
    const address = addressTextOf(item);
    if (address !== null) ips.add(address);
  }
  return [...ips];
}

/** Containers, and init containers that stay (restartPolicy Always): sidecars keep their host ports. */
function readHostPorts(spec: Shaped<typeof FIELDS.spec>): Pod['hostPorts'] {
  const staying = partsOf(spec.initContainers).filter(
    (container) => partOf(container).restartPolicy === 'Always',
  );
  const hostPorts: Pod['hostPorts'][number][] = [];
  for (const container of [...staying, ...partsOf(spec.containers)]) {
    for (const item of partsOf(partOf(container).ports)) {
      const fields = partOf(item);
      const hostPort = portOf(fields.hostPort);
      const containerPort = portOf(fields.containerPort);
      if (hostPort === null || containerPort === null) continue;
      const protocol = textOf(fields.protocol) ?? 'TCP';
      hostPorts.push({ hostPort, hostIP: addressTextOf(fields.hostIP), containerPort, protocol });
    }
  }
  return hostPorts;
}
