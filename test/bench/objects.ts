import { type BenchCluster, type BenchService, nodeAddress, nodeName, podNetwork } from './cluster.ts';

const SLICE = 100;

/** @returns the files of a capture folder that hold API objects, as `kubectl get -o json` prints them (one line here). */
export function formatObjects(cluster: BenchCluster): Record<string, string> {
  return {
    'services.json': list(cluster.services.map(serviceObject)),
    'endpointslices.json': list(cluster.services.flatMap(sliceObjects)),
    'pods.json': list(cluster.services.flatMap(podObjects)),
    'nodes.json': list(Array.from({ length: cluster.nodes }, (_, node) => nodeObject(node))),
  };
}

function list(items: readonly object[]): string {
  return `{"apiVersion":"v1","kind":"List","items":[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]}\n`;
}

function serviceObject({ namespace, name, clusterIP, affinity, ports }: BenchService): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: {
      type: ports.some(({ nodePort }) => nodePort !== null) ? 'NodePort' : 'ClusterIP',
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: ['IPv4'],
      internalTrafficPolicy: 'Cluster',
      ...(affinity
        ? { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } } }
        : { sessionAffinity: 'None' }),
      ports: ports.map(({ name, port, target, nodePort }) => ({
        name,
        port,
        targetPort: target,
        protocol: 'TCP',
        ...(nodePort === null ? {} : { nodePort }),
      })),
    },
    status: { loadBalancer: {} },
  };
}

function sliceObjects({ namespace, name, ports, backends }: BenchService): object[] {
  const slices: object[] = [];
  for (let start = 0; start < backends.length; start += SLICE) {
    slices.push({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      addressType: 'IPv4',
      metadata: { name: `${name}-${start}`, namespace, labels: { 'kubernetes.io/service-name': name } },
      ports: ports.map(({ name, target }) => ({ name, port: target, protocol: 'TCP' })),
      endpoints: backends.slice(start, start + SLICE).map(({ pod, address, node }) => ({
        addresses: [address],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: nodeName(node),
        targetRef: { kind: 'Pod', name: pod, namespace },
        zone: `zone-${node % 3}`,
      })),
    });
  }
  return slices;
}

function podObjects({ namespace, name, backends }: BenchService): object[] {
  return backends.map(({ pod, address, node }) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod, namespace, labels: { app: name } },
    spec: { nodeName: nodeName(node), containers: [{ name: 'c', image: 'registry.example/app:1' }] },
    status: {
      phase: 'Running',
      hostIP: nodeAddress(node),
      podIP: address,
      podIPs: [{ ip: address }],
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  }));
}

function nodeObject(node: number): object {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: nodeName(node), labels: { 'topology.kubernetes.io/zone': `zone-${node % 3}` } },
    spec: { podCIDR: `${podNetwork(node)}.0/24`, podCIDRs: [`${podNetwork(node)}.0/24`] },
    status: {
      addresses: [{ type: 'InternalIP', address: nodeAddress(node) }],
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}
