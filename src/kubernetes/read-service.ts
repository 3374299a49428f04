import { type Fields, isFields, numberOf, textOf, textsOf } from '../json/fields.ts';
import type { ObjectFault } from '../problems/of-facts.ts';
import { addressTextOf, addressTextsOf, nameOf, portOf } from './fields.ts';
import { OBJECT_FIELDS } from './object-fields.ts';
import type { Service, ServicePort } from './objects.ts';
import { type Part, partOf, partsOf, type Shaped, shaped, textsIn } from './shape.ts';

/** In place of a target port, in objects made of what kubectl printed for people. */
export const NOT_SHOWN: unique symbol = Symbol('not shown');

const FIELDS = OBJECT_FIELDS.Service;
type Spec = typeof FIELDS.spec;

/**
 * Reads a Service (core v1).
 * @param complain called for each part that cannot be used.
 * @returns the Service, or null where it has no name.
 */
export function readService(object: Fields, complain: (fault: ObjectFault) => void): Service | null {
  const name = nameOf(object);
  if (name === null) return null;
  const whole = shaped(FIELDS, object);
  const metadata = partOf(whole.metadata);
  const spec = partOf(whole.spec);
  const affinity = partOf(partOf(spec.sessionAffinityConfig).clientIP);
  const ports: ServicePort[] = [];
  for (const item of partsOf(spec.ports)) {
    const port = readPort(partOf(item));
    if (port === null) complain('port');
    else ports.push(port);
  }
  const service: Service = {
    namespace: name.namespace,
    name: name.name,
    type: textOf(spec.type) ?? 'ClusterIP',
    clusterIPs: readClusterIPs(spec),
    externalIPs: addressTextsOf(spec.externalIPs),
    loadBalancer: readIngress(whole.status),
    loadBalancerSourceRanges: textsOf(spec.loadBalancerSourceRanges),
    externalTrafficPolicy: textOf(spec.externalTrafficPolicy),
    internalTrafficPolicy: textOf(spec.internalTrafficPolicy),
    sessionAffinity: textOf(spec.sessionAffinity),
    affinitySeconds: numberOf(affinity.timeoutSeconds),
    healthCheckNodePort: portOf(spec.healthCheckNodePort),
    trafficDistribution: textOf(spec.trafficDistribution),
    labels: textsIn(FIELDS.metadata.labels, metadata.labels),
    annotations: textsIn(FIELDS.metadata.annotations, metadata.annotations),
    ports,
  };
  return isFields(whole.status) ? service : { ...service, withoutStatus: true };
}

/** `clusterIPs` came with 1.20; before that there is `clusterIP` alone. A headless Service has `None`. */
function readClusterIPs(spec: Shaped<Spec>): string[] {
  const listed = textsOf(spec.clusterIPs);
  const all = listed.length > 0 ? listed : textsOf([spec.clusterIP]);
  const addresses: string[] = [];
  for (const text of all) {
    const address = text === 'None' ? text : addressTextOf(text);
    if (address !== null) addresses.push(address);
  }
  return addresses;
}

function readIngress(status: Part<typeof FIELDS.status> | undefined): Service['loadBalancer'] {
  return partsOf(partOf(partOf(status).loadBalancer).ingress)
    .filter(isFields)
    .map(partOf)
    .map((item) => ({
      ip: addressTextOf(item.ip),
      hostname: textOf(item.hostname),
      ipMode: textOf(item.ipMode),
    }));
}

/** The API sets what was left out (SetDefaults_Service in pkg/apis/core/v1/defaults.go): the port itself. */
function targetOf(target: unknown, port: number): string {
  return typeof target === 'number' || (typeof target === 'string' && target !== '')
    ? `${target}`
    : `${port}`;
}

function readPort(item: Shaped<Spec['ports']>): ServicePort | null {
  const port = portOf(item.port);
  if (port === null) return null;
  const target = item.targetPort;
  return {
    name: textOf(item.name) ?? '',
    protocol: textOf(item.protocol) ?? 'TCP',
    port,
    nodePort: portOf(item.nodePort),
    targetPort: target === NOT_SHOWN ? null : targetOf(target, port),
  };
}
