import { isReadAnnotation } from './annotations.ts';
import { HEADLESS, OTHER_PROXY } from './passed-over.ts';
import type { Shape } from './shape.ts';

/** The kinds of objects that kp-explain reads. */
export type ObjectKind = 'Service' | 'EndpointSlice' | 'Endpoints' | 'Pod' | 'Node';

const NAME = { name: true, namespace: true } as const;
const TARGET = { kind: true, name: true, namespace: true } as const;
const ADDRESS = { ip: true, nodeName: true, targetRef: TARGET } as const;
const PORTS = { name: true, protocol: true, port: true } as const;
const CONTAINER = {
  restartPolicy: true,
  ports: { hostPort: true, hostIP: true, containerPort: true, protocol: true },
} as const;

const ENDED = { reason: true, exitCode: true, finishedAt: true } as const;

const SERVICE_LABELS: ReadonlySet<string> = new Set([OTHER_PROXY, HEADLESS]);

/**
 * The fields that there are for us, and no others: what `read-*.ts` may ask for, and what is kept of an object that goes into a
 * capture. Other annotations, environment variables, images, volumes, managedFields and whatever a later release adds never
 * get in.
 */
export const OBJECT_FIELDS = {
  Service: {
    metadata: {
      ...NAME,
      labels: (key: string) => SERVICE_LABELS.has(key),
      annotations: isReadAnnotation,
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
      labels: { 'kubernetes.io/service-name': true, [HEADLESS]: true, [OTHER_PROXY]: true },
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
    metadata: {
      ...NAME,
      deletionTimestamp: true,
      labels: { 'k8s-app': true, component: true, app: true, 'app.kubernetes.io/name': true },
    },
    spec: { nodeName: true, hostNetwork: true, containers: CONTAINER, initContainers: CONTAINER },
    status: {
      phase: true,
      podIP: true,
      podIPs: { ip: true },
      conditions: { type: true, status: true },
      containerStatuses: {
        name: true,
        restartCount: true,
        state: { waiting: { reason: true }, terminated: ENDED },
        lastState: { terminated: ENDED },
      },
    },
  },
  Node: {
    metadata: {
      name: true,
      labels: { 'topology.kubernetes.io/zone': true, 'failure-domain.beta.kubernetes.io/zone': true },
    },
    spec: { podCIDR: true, podCIDRs: true },
    status: { addresses: { type: true, address: true } },
  },
} as const satisfies Readonly<Record<ObjectKind, Shape>>;
