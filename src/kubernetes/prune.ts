import { type Fields, isFields } from './fields.ts';

/** The kinds of objects that kp-explain reads. */
export type ObjectKind = 'Service' | 'EndpointSlice' | 'Endpoints' | 'Pod' | 'Node';

/**
 * Which fields of an object are kept. `true` keeps plain values and lists of plain values; a shape goes into an object,
 * or into each object of a list.
 */
interface Shape {
  readonly [field: string]: true | Shape;
}

const NAME: Shape = { name: true, namespace: true };
const TARGET: Shape = { kind: true, name: true, namespace: true };
const ADDRESS: Shape = { ip: true, nodeName: true, targetRef: TARGET };
const PORTS: Shape = { name: true, protocol: true, port: true };
const CONTAINER: Shape = {
  restartPolicy: true,
  ports: { hostPort: true, hostIP: true, containerPort: true, protocol: true },
};

/**
 * The fields that `read-*.ts` read, and no others: annotations, environment variables, images, volumes, managedFields
 * and whatever a later release adds never get in.
 */
const SHAPES: Readonly<Record<ObjectKind, Shape>> = {
  Service: {
    metadata: {
      ...NAME,
      labels: { 'service.kubernetes.io/service-proxy-name': true, 'service.kubernetes.io/headless': true },
    },
    spec: {
      type: true,
      clusterIP: true,
      clusterIPs: true,
      externalIPs: true,
      ipFamilies: true,
      ipFamilyPolicy: true,
      loadBalancerSourceRanges: true,
      externalTrafficPolicy: true,
      internalTrafficPolicy: true,
      sessionAffinity: true,
      sessionAffinityConfig: { clientIP: { timeoutSeconds: true } },
      healthCheckNodePort: true,
      trafficDistribution: true,
      publishNotReadyAddresses: true,
      ports: { ...PORTS, targetPort: true, nodePort: true },
    },
    status: { loadBalancer: { ingress: { ip: true, hostname: true, ipMode: true } } },
  },
  EndpointSlice: {
    metadata: {
      ...NAME,
      labels: { 'kubernetes.io/service-name': true, 'service.kubernetes.io/headless': true },
    },
    addressType: true,
    endpoints: {
      addresses: true,
      conditions: { ready: true, serving: true, terminating: true },
      nodeName: true,
      zone: true,
      topology: { 'kubernetes.io/hostname': true, 'topology.kubernetes.io/zone': true },
      hints: { forZones: { name: true }, forNodes: { name: true } },
      targetRef: TARGET,
    },
    ports: PORTS,
  },
  Endpoints: {
    metadata: NAME,
    subsets: { addresses: ADDRESS, notReadyAddresses: ADDRESS, ports: PORTS },
  },
  Pod: {
    metadata: { ...NAME, deletionTimestamp: true },
    spec: { nodeName: true, hostNetwork: true, containers: CONTAINER, initContainers: CONTAINER },
    status: { phase: true, podIP: true, podIPs: { ip: true }, conditions: { type: true, status: true } },
  },
  Node: {
    metadata: {
      name: true,
      labels: { 'topology.kubernetes.io/zone': true, 'failure-domain.beta.kubernetes.io/zone': true },
    },
    spec: { podCIDR: true, podCIDRs: true },
    status: { addresses: { type: true, address: true } },
  },
};

/** @returns a copy of an API object with only the fields that are used; null where it is no object. */
export function pruneObject(kind: ObjectKind, object: unknown): Fields | null {
  if (!isFields(object)) return null;
  const apiVersion = kind === 'EndpointSlice' ? 'discovery.k8s.io/v1' : 'v1';
  return { apiVersion, kind, ...pick(object, SHAPES[kind]) };
}

function pick(object: Fields, shape: Shape): Fields {
  const kept: [string, unknown][] = [];
  for (const [key, wanted] of Object.entries(shape)) {
    if (!Object.hasOwn(object, key)) continue;
    const value = wanted === true ? plainOf(object[key]) : within(object[key], wanted);
    if (value !== undefined) kept.push([key, value]);
  }
  return Object.fromEntries(kept);
}

function within(value: unknown, shape: Shape): unknown {
  if (Array.isArray(value)) return value.filter(isFields).map((item) => pick(item, shape));
  return isFields(value) ? pick(value, shape) : undefined;
}

function plainOf(value: unknown): unknown {
  if (!Array.isArray(value)) return typeof value === 'object' ? undefined : value;
  return value.filter((item) => typeof item !== 'object');
}
