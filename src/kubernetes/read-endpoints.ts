import { type Fields, textOf } from '../json/fields.ts';
import type { ObjectFault } from '../problems/of-facts.ts';
import { addressTextOf, nameOf } from './fields.ts';
import { OBJECT_FIELDS } from './object-fields.ts';
import type { Endpoint } from './objects.ts';
import { readEndpointPorts, readPodReference } from './read-endpoint-slice.ts';
import { partOf, partsOf, shaped } from './shape.ts';

/**
 * Reads Endpoints (core v1), the older form: one object for a Service, with neither zones nor terminating addresses.
 * @param complain called for each part that cannot be used.
 * @returns the endpoints, one for each address and port, or null where the object has no name.
 */
export function readEndpoints(object: Fields, complain: (fault: ObjectFault) => void): Endpoint[] | null {
  const name = nameOf(object);
  if (name === null) return null;
  const endpoints: Endpoint[] = [];
  for (const item of partsOf(shaped(OBJECT_FIELDS.Endpoints, object).subsets)) {
    const subset = partOf(item);
    const ports = readEndpointPorts(subset.ports);
    for (const [field, ready] of [
      ['addresses', true],
      ['notReadyAddresses', false],
    ] as const) {
      for (const entry of partsOf(subset[field])) {
        const fields = partOf(entry);
        const address = addressTextOf(fields.ip);
        if (address === null) {
          complain('address');
          continue;
        }
        for (const { name: portName, port, protocol } of ports) {
          endpoints.push({
            namespace: name.namespace,
            service: name.name,
            address,
            portName,
            port,
            protocol,
            ready,
            serving: ready,
            terminating: false,
            node: textOf(fields.nodeName),
            zone: null,
            zoneHints: [],
            nodeHints: [],
            pod: readPodReference(fields.targetRef),
          });
        }
      }
    }
  }
  return endpoints;
}
