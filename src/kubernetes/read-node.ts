import { type Fields, textOf, textsOf } from '../json/fields.ts';
import { addressTextOf, nameOf } from './fields.ts';
import { OBJECT_FIELDS } from './object-fields.ts';
import type { Node } from './objects.ts';
import { type Part, partOf, partsOf, shaped } from './shape.ts';

const FIELDS = OBJECT_FIELDS.Node;

/** Reads a Node (core v1). @returns null where it has no name. */
export function readNode(object: Fields): Node | null {
  const name = nameOf(object);
  if (name === null) return null;
  const whole = shaped(FIELDS, object);
  const labels = partOf(partOf(whole.metadata).labels);
  const spec = partOf(whole.spec);
  const cidrs = textsOf(spec.podCIDRs);
  return {
    name: name.name,
    addresses: readAddresses(whole.status),
    podCIDRs: cidrs.length > 0 ? cidrs : textsOf([spec.podCIDR]),
    zone:
      textOf(labels['topology.kubernetes.io/zone']) ??
      textOf(labels['failure-domain.beta.kubernetes.io/zone']),
  };
}

/** Addresses in their usual spelling; host names (types Hostname, InternalDNS, …) as they stand. */
function readAddresses(status: Part<typeof FIELDS.status> | undefined): Node['addresses'] {
  const addresses: { type: string; address: string }[] = [];
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
