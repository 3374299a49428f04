import { addressTextOf, type Fields, fieldsOf, isFields, listOf, nameOf, portOf, textOf } from './fields.ts';
import type { Pod } from './objects.ts';

/** Reads a Pod (core v1). @returns null where it has no name. */
export function readPod(object: Fields): Pod | null {
  const name = nameOf(object);
  if (name === null) return null;
  const spec = fieldsOf(object.spec);
  const status = fieldsOf(object.status);
  return {
    ...name,
    node: textOf(spec.nodeName),
    ips: readIPs(status),
    hostNetwork: spec.hostNetwork === true,
    phase: textOf(status.phase),
    ready: listOf(status.conditions).some(
      (condition) => isFields(condition) && condition.type === 'Ready' && condition.status === 'True',
    ),
    terminating: textOf(fieldsOf(object.metadata).deletionTimestamp) !== null,
    hostPorts: readHostPorts(spec),
  };
}

function readIPs(status: Fields): string[] {
  const ips = new Set<string>();
  for (const item of [...listOf(status.podIPs).map((entry) => fieldsOf(entry).ip), status.podIP]) {
    const address = addressTextOf(item);
    if (address !== null) ips.add(address);
  }
  return [...ips];
}

/** Containers, and init containers that stay (restartPolicy Always): sidecars keep their host ports. */
function readHostPorts(spec: Fields): Pod['hostPorts'] {
  const staying = listOf(spec.initContainers).filter(
    (container) => isFields(container) && container.restartPolicy === 'Always',
  );
  const hostPorts: Pod['hostPorts'][number][] = [];
  for (const container of [...staying, ...listOf(spec.containers)]) {
    for (const item of listOf(fieldsOf(container).ports)) {
      const fields = fieldsOf(item);
      const hostPort = portOf(fields.hostPort);
      const containerPort = portOf(fields.containerPort);
      if (hostPort === null || containerPort === null) continue;
      const protocol = textOf(fields.protocol) ?? 'TCP';
      hostPorts.push({ hostPort, hostIP: addressTextOf(fields.hostIP), containerPort, protocol });
    }
  }
  return hostPorts;
}
