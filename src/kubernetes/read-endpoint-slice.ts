import { type Fields, listOf, textOf, textsOf } from '../json/fields.ts';
import type { ObjectFault } from '../problems/of-facts.ts';
import { addressTextOf, nameOf, portOf } from './fields.ts';
import { OBJECT_FIELDS } from './object-fields.ts';
import type { Endpoint } from './objects.ts';
import { HEADLESS, OTHER_PROXY } from './passed-over.ts';
import { type Part, partOf, partsOf, shaped } from './shape.ts';

const FIELDS = OBJECT_FIELDS.EndpointSlice;
type EndpointFields = typeof FIELDS.endpoints;

const NO_NAMES: readonly string[] = [];
const SERVICE_LABEL = 'kubernetes.io/service-name';

/** A port of a slice, or of a subset of Endpoints. */
export interface EndpointPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
}

/**
 * Reads an EndpointSlice (discovery.k8s.io v1 or v1beta1), whoever manages it, the way kube-proxy does
 * (pkg/proxy/endpointslicecache.go, 1.36): only the first address of an endpoint counts, a slice without the Service's
 * label belongs to nobody, and names (address type FQDN) have no rules.
 * @param complain called for each part that cannot be used.
 * @returns the endpoints, one for each address and port; empty where there are none. Null where the slice has no name.
 */
export function readEndpointSlice(object: Fields, complain: (fault: ObjectFault) => void): Endpoint[] | null {
  const name = nameOf(object);
  if (name === null) return null;
  const whole = shaped(FIELDS, object);
  const labels = partOf(partOf(whole.metadata).labels);
  const service = textOf(labels[SERVICE_LABEL]);
  if (service === null || whole.addressType === 'FQDN') return [];
  // The informer of slices has the label selector of that of Services (`ProxyServer.Run`).
  const passedOver = typeof labels[OTHER_PROXY] === 'string' || typeof labels[HEADLESS] === 'string';
  const ports = readEndpointPorts(whole.ports);
  const endpoints: Endpoint[] = [];
  for (const item of partsOf(whole.endpoints)) {
    const fields = partOf(item);
    const first = listOf(fields.addresses)[0];
    if (first === undefined) continue;
    const address = addressTextOf(first);
    if (address === null) {
      complain('endpoint-address');
      continue;
    }
    // Written out field by field: spreading parts of 150,000 objects costs a second.
    const conditions = partOf(fields.conditions);
    const ready = conditions.ready !== false;
    // The API's own reading of absent conditions: `ready` unset is true, `serving` unset is `ready`.
    const serving = typeof conditions.serving === 'boolean' ? conditions.serving : ready;
    // v1beta1 before 1.20 has no fields of their own for node and zone, only `topology`.
    const topology = partOf(fields.topology);
    const node = textOf(fields.nodeName) ?? textOf(topology['kubernetes.io/hostname']);
    const zone = textOf(fields.zone) ?? textOf(topology['topology.kubernetes.io/zone']);
    const hints = partOf(fields.hints);
    const zoneHints = hintNames(hints.forZones);
    const nodeHints = hintNames(hints.forNodes);
    const pod = readPodReference(fields.targetRef);
    for (const { name: portName, port, protocol } of ports) {
      const endpoint: Endpoint = {
        namespace: name.namespace,
        service,
        address,
        portName,
        port,
        protocol,
        ready,
        serving,
        terminating: conditions.terminating === true,
        node,
        zone,
        zoneHints,
        nodeHints,
        pod,
      };
      endpoints.push(passedOver ? { ...endpoint, passedOver } : endpoint);
    }
  }
  return endpoints;
}

/** @returns the ports that have a number: one without means "every port", for which kube-proxy has no rule. */
export function readEndpointPorts(value: Part<typeof FIELDS.ports> | undefined): EndpointPort[] {
  const ports: EndpointPort[] = [];
  for (const item of partsOf(value)) {
    const fields = partOf(item);
    const port = portOf(fields.port);
    if (port === null) continue;
    ports.push({ name: textOf(fields.name) ?? '', port, protocol: textOf(fields.protocol) ?? 'TCP' });
  }
  return ports;
}

/** @returns the Pod behind an address, or null where it is another thing or nothing. */
export function readPodReference(value: Part<EndpointFields['targetRef']> | undefined): Endpoint['pod'] {
  const reference = partOf(value);
  const name = textOf(reference.name);
  const namespace = textOf(reference.namespace);
  return reference.kind === 'Pod' && name !== null && namespace !== null ? { namespace, name } : null;
}

function hintNames(value: Part<EndpointFields['hints']['forZones']> | undefined): readonly string[] {
  if (!Array.isArray(value)) return NO_NAMES;
  return textsOf(partsOf(value).map((hint) => partOf(hint).name));
}
