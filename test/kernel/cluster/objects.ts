import { NODE_ADDRESS, POD_NETWORKS, PODS, SERVICES } from './services.ts';

const NAMESPACE = 'lab';

/** @returns what `kubectl get -o json` would say of the lab, by file. */
export function clusterObjects(): Record<string, string> {
  const list = (kind: string, items: readonly object[]) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: `${kind}List`,
      items: items.map((item) => ({ kind, ...item })),
    });
  return {
    'nodes.json': list(
      'Node',
      Object.entries(NODE_ADDRESS).map(([name, address]) => ({
        metadata: { name },
        spec: { podCIDRs: [POD_NETWORKS[name === 'n1' ? 'n1' : 'n2']] },
        status: { addresses: [{ type: 'InternalIP', address }] },
      })),
    ),
    'pods.json': list(
      'Pod',
      Object.entries(PODS).map(([name, { address, node }]) => ({
        metadata: { name, namespace: NAMESPACE },
        spec: { nodeName: node, containers: [] },
        status: {
          phase: 'Running',
          podIP: address,
          podIPs: [{ ip: address }],
          conditions: [{ type: 'Ready', status: 'True' }],
        },
      })),
    ),
    'services.json': list(
      'Service',
      SERVICES.map(({ name, clusterIP, protocol, port, nodePort, local }) => ({
        metadata: { name, namespace: NAMESPACE },
        spec: {
          type: nodePort === null ? 'ClusterIP' : 'NodePort',
          clusterIP,
          clusterIPs: [clusterIP],
          ipFamilies: ['IPv4'],
          ...(local ? { externalTrafficPolicy: 'Local' } : {}),
          ports: [{ port, protocol: protocol.toUpperCase(), ...(nodePort === null ? {} : { nodePort }) }],
        },
      })),
    ),
    'endpointslices.json': list(
      'EndpointSlice',
      SERVICES.filter(({ endpoints }) => endpoints.length > 0).map(({ name, protocol, endpoints }) => ({
        metadata: { name, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': name } },
        addressType: 'IPv4',
        endpoints: endpoints.map(({ address, node }) => ({
          addresses: [address],
          nodeName: node,
          conditions: { ready: true, serving: true, terminating: false },
        })),
        ports: [{ port: endpoints[0]?.port, protocol: protocol.toUpperCase() }],
      })),
    ),
  };
}
