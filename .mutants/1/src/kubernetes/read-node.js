import { textOf, textsOf } from '../json/fields.js';
import { addressTextOf, nameOf } from './fields.js';
import { OBJECT_FIELDS } from './object-fields.js';
import { partOf, partsOf, shaped } from './shape.js';
const FIELDS = OBJECT_FIELDS.Node;
/** Reads a Node (core v1). @returns null where it has no name. */
export function readNode(object) {
    const name = nameOf(object);
    if (name === null)
        return null;
    const whole = shaped(FIELDS, object);
    const labels = partOf(partOf(whole.metadata).labels);
    const spec = partOf(whole.spec);
    const cidrs = textsOf(spec.podCIDRs);
    return {
        name: name.name,
        addresses: readAddresses(whole.status),
        podCIDRs: cidrs.length > 0 ? cidrs : textsOf([spec.podCIDR]),
        zone: textOf(labels['topology.kubernetes.io/zone']) ??
            textOf(labels['failure-domain.beta.kubernetes.io/zone']),
    };
}
/** Addresses in their usual spelling; host names (types Hostname, InternalDNS, …) as they stand. */
function readAddresses(status) {
    const addresses = [];
    for (const item of partsOf(partOf(status).addresses)) {
        const fields = partOf(item);
        const type = textOf(fields.type);
        const address = textOf(fields.address);
        if (type !== null && address !== null) {
            addresses.push({ type, address: addressTextOf(address) ?? address });
        }
    }
    return addresses;
}
