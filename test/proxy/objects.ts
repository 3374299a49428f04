import type { Endpoint, Node, Pod, Service, ServicePort } from '../../src/kubernetes/objects.ts';

/** A Service of type ClusterIP with one unnamed TCP port 80, but for what is given. */
export function service(namespace: string, name: string, rest: Partial<Service> = {}): Service {
  return {
    namespace,
    name,
    type: 'ClusterIP',
    clusterIPs: [],
    externalIPs: [],
    loadBalancer: [],
    loadBalancerSourceRanges: [],
    externalTrafficPolicy: null,
    internalTrafficPolicy: null,
    sessionAffinity: null,
    affinitySeconds: null,
    healthCheckNodePort: null,
    trafficDistribution: null,
    labels: {},
    annotations: {},
    ports: [servicePort()],
    ...rest,
  };
}

/** An unnamed TCP port 80, but for what is given. */
export function servicePort(rest: Partial<ServicePort> = {}): ServicePort {
  return { name: '', protocol: 'TCP', port: 80, nodePort: null, targetPort: '80', ...rest };
}

/** A ready endpoint on port 80 TCP, but for what is given. */
export function endpoint(
  namespace: string,
  serviceName: string,
  address: string,
  rest: Partial<Endpoint> = {},
): Endpoint {
  return {
    namespace,
    service: serviceName,
    address,
    portName: '',
    port: 80,
    protocol: 'TCP',
    ready: true,
    serving: true,
    terminating: false,
    node: null,
    zone: null,
    zoneHints: [],
    nodeHints: [],
    pod: null,
    ...rest,
  };
}

/** A running Pod with a network of its own, but for what is given. */
export function pod(namespace: string, name: string, ip: string, rest: Partial<Pod> = {}): Pod {
  return {
    namespace,
    name,
    node: null,
    ips: [ip],
    hostNetwork: false,
    phase: 'Running',
    ready: true,
    terminating: false,
    hostPorts: [],
    ...rest,
  };
}

/** A node with one InternalIP. */
export function node(name: string, address: string): Node {
  return { name, addresses: [{ type: 'InternalIP', address }], podCIDRs: [], zone: null };
}
