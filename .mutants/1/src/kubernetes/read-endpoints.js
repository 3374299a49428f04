import { textOf } from '../json/fields.js';
import { addressTextOf, nameOf } from './fields.js';
import { OBJECT_FIELDS } from './object-fields.js';
import { readEndpointPorts, readPodReference } from './read-endpoint-slice.js';
import { partOf, partsOf, shaped } from './shape.js';
/**
 * Reads Endpoints (core v1), the older form: one object for a Service, with neither zones nor terminating addresses.
 * @param complain called with a sentence for each part that cannot be used.
 * @returns the endpoints, one for each address and port, or null where the object has no name.
 */
export function readEndpoints(object, complain) {
    const name = nameOf(object);
    if (name === null)
        return null;
    const endpoints = [];
    for (const item of partsOf(shaped(OBJECT_FIELDS.Endpoints, object).subsets)) {
        const subset = partOf(item);
        const ports = readEndpointPorts(subset.ports);
        for (const [field, ready] of [
            ['addresses', true],
            ['notReadyAddresses', false],
        ]) {
            for (const entry of partsOf(subset[field])) {
                const fields = partOf(entry);
                const address = addressTextOf(fields.ip);
                if (address === null) {
                    complain('an address that is none was left out');
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
