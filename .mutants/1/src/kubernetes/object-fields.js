import { isReadAnnotation } from './annotations.js';
const NAME = { name: true, namespace: true };
const TARGET = { kind: true, name: true, namespace: true };
const ADDRESS = { ip: true, nodeName: true, targetRef: TARGET };
const PORTS = { name: true, protocol: true, port: true };
const CONTAINER = {
    restartPolicy: true,
    ports: { hostPort: true, hostIP: true, containerPort: true, protocol: true },
};
const SERVICE_LABELS = new Set([
    'service.kubernetes.io/service-proxy-name',
    'service.kubernetes.io/headless',
]);
/**
 * The fields that there are for us, and no others: what `read-*.ts` may ask for, and what is kept of an object that goes into a
 * capture. Other annotations, environment variables, images, volumes, managedFields and whatever a later release adds never
 * get in.
 */
export const OBJECT_FIELDS = {
    Service: {
        metadata: {
            ...NAME,
            labels: (key) => SERVICE_LABELS.has(key),
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
