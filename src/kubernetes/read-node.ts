import { addressTextOf, type Fields, fieldsOf, listOf, nameOf, textOf, textsOf } from './fields.ts';
import type { Node } from './objects.ts';

/** Reads a Node (core v1). @returns null where it has no name. */
export function readNode(object: Fields): Node | null {
  const name = nameOf(object);
  if (name === null) return null;
  const labels = fieldsOf(fieldsOf(object.metadata).labels);
  const spec = fieldsOf(object.spec);
  const cidrs = textsOf(spec.podCIDRs);
  return {
    name: name.name,
    addresses: readAddresses(fieldsOf(object.status)),
    podCIDRs: cidrs.length > 0 ? cidrs : textsOf([spec.podCIDR]),
    zone:
      textOf(labels['topology.kubernetes.io/zone']) ??
      textOf(labels['failure-domain.beta.kubernetes.io/zone']),
  };
}

/** Addresses in their usual spelling; host names (types Hostname, InternalDNS, …) as they stand. */
function readAddresses(status: Fields): Node['addresses'] {
  const addresses: { type: string; address: string }[] = [];
  for (const item of listOf(status.addresses)) {
    const fields = fieldsOf(item);
    const type = textOf(fields.type);
    const address = textOf(fields.address);
    if (type !== null && address !== null) {
      addresses.push({ type, address: addressTextOf(address) ?? address });
    }
  }
  return addresses;
}
