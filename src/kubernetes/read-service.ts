import {
  addressTextOf,
  addressTextsOf,
  type Fields,
  fieldsOf,
  isFields,
  listOf,
  nameOf,
  numberOf,
  portOf,
  textMapOf,
  textOf,
  textsOf,
} from './fields.ts';
import type { Service, ServicePort } from './objects.ts';

/**
 * Reads a Service (core v1).
 * @param complain called with a sentence for each part that cannot be used.
 * @returns the Service, or null where it has no name.
 */
export function readService(object: Fields, complain: (message: string) => void): Service | null {
  const name = nameOf(object);
  if (name === null) return null;
  const metadata = fieldsOf(object.metadata);
  const spec = fieldsOf(object.spec);
  const affinity = fieldsOf(fieldsOf(spec.sessionAffinityConfig).clientIP);
  const ports: ServicePort[] = [];
  for (const item of listOf(spec.ports)) {
    const port = readPort(fieldsOf(item));
    if (port === null) complain('a port without a valid number was left out');
    else ports.push(port);
  }
  return {
    ...name,
    type: textOf(spec.type) ?? 'ClusterIP',
    clusterIPs: readClusterIPs(spec),
    externalIPs: addressTextsOf(spec.externalIPs),
    loadBalancer: readIngress(object),
    loadBalancerSourceRanges: textsOf(spec.loadBalancerSourceRanges),
    externalTrafficPolicy: textOf(spec.externalTrafficPolicy),
    internalTrafficPolicy: textOf(spec.internalTrafficPolicy),
    sessionAffinity: textOf(spec.sessionAffinity),
    affinitySeconds: numberOf(affinity.timeoutSeconds),
    healthCheckNodePort: portOf(spec.healthCheckNodePort),
    trafficDistribution: textOf(spec.trafficDistribution),
    labels: textMapOf(metadata.labels),
    annotations: textMapOf(metadata.annotations),
    ports,
  };
}

/** `clusterIPs` came with 1.20; before that there is `clusterIP` alone. A headless Service has `None`. */
function readClusterIPs(spec: Fields): string[] {
  const listed = textsOf(spec.clusterIPs);
  const all = listed.length > 0 ? listed : textsOf([spec.clusterIP]);
  const addresses: string[] = [];
  for (const text of all) {
    const address = text === 'None' ? text : addressTextOf(text);
    if (address !== null) addresses.push(address);
  }
  return addresses;
}

function readIngress(object: Fields): Service['loadBalancer'] {
  const status = fieldsOf(fieldsOf(object.status).loadBalancer);
  return listOf(status.ingress)
    .filter(isFields)
    .map((item) => ({
      ip: addressTextOf(item.ip),
      hostname: textOf(item.hostname),
      ipMode: textOf(item.ipMode),
    }));
}

function readPort(item: Fields): ServicePort | null {
  const port = portOf(item.port);
  if (port === null) return null;
  const target = item.targetPort;
  return {
    name: textOf(item.name) ?? '',
    protocol: textOf(item.protocol) ?? 'TCP',
    port,
    nodePort: portOf(item.nodePort),
    targetPort:
      typeof target === 'number' || (typeof target === 'string' && target !== '') ? `${target}` : `${port}`,
  };
}
