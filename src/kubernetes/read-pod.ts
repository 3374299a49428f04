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
  // Written out, as in what follows: spreading parts of 100,000 objects, and lists made on the way, cost half a second.
  const pod: Pod = {
    namespace: name.namespace,
    name: name.name,
    node: textOf(spec.nodeName),
    ips: readIPs(status),
    hostNetwork: spec.hostNetwork === true,
    phase: textOf(status.phase),
    ready: isReady(status),
    terminating: textOf(partOf(whole.metadata).deletionTimestamp) !== null,
    hostPorts: readHostPorts(spec),
  };
  return proxyState === null ? pod : { ...pod, proxyState };
}

function isReady(status: Shaped<typeof FIELDS.status>): boolean {
  for (const item of partsOf(status.conditions)) {
    const condition = partOf(item);
    if (condition.type === 'Ready' && condition.status === 'True') return true;
  }
  return false;
}

function readIPs(status: Shaped<typeof FIELDS.status>): string[] {
  const ips: string[] = [];
  for (const entry of partsOf(status.podIPs)) addAddress(ips, partOf(entry).ip);
  addAddress(ips, status.podIP);
  return ips;
}

/** Adds an address that is not there yet. */
function addAddress(ips: string[], value: unknown): void {
  // Nearly always the first of podIPs.
  if (typeof value === 'string' && ips.includes(value)) return;
  const address = addressTextOf(value);
  if (address !== null && !ips.includes(address)) ips.push(address);
}

const NO_PORTS: Pod['hostPorts'] = [];

/** Containers, and init containers that stay (restartPolicy Always): sidecars keep their host ports. */
function readHostPorts(spec: Shaped<typeof FIELDS.spec>): Pod['hostPorts'] {
  const hostPorts: HostPort[] = [];
  for (const item of partsOf(spec.initContainers)) {
    const container = partOf(item);
    if (container.restartPolicy === 'Always') addHostPorts(hostPorts, container);
  }
  for (const item of partsOf(spec.containers)) addHostPorts(hostPorts, partOf(item));
  return hostPorts.length === 0 ? NO_PORTS : hostPorts;
}

type HostPort = Pod['hostPorts'][number];

function addHostPorts(hostPorts: HostPort[], container: Shaped<typeof FIELDS.spec.containers>): void {
  for (const item of partsOf(container.ports)) {
    const fields = partOf(item);
    const hostPort = portOf(fields.hostPort);
    const containerPort = portOf(fields.containerPort);
    if (hostPort === null || containerPort === null) continue;
    const protocol = textOf(fields.protocol) ?? 'TCP';
    hostPorts.push({ hostPort, hostIP: addressTextOf(fields.hostIP), containerPort, protocol });
  }
}
