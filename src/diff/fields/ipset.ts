import { type SetElement, testSet } from '../../host/test-set.ts';
import type { Address } from '../../net/address.ts';
import type { IpsetLookup } from '../../rules/test.ts';
import type { Asked } from './box-field.ts';

/**
 * A set that asks for one address alone answers alike for all its members and alike for all others; of sets of
 * several parts only the smallest stretch is kept that no member cuts.
 */
export function alikeInIpset({ in: asked }: { readonly in: IpsetLookup }, { state, narrowing }: Asked): void {
  const partition = narrowing.space.set(asked.set);
  const { packet, space } = narrowing;
  const [first] = asked.directions;
  if (partition.addressOnly && first !== undefined) {
    const own = first === 'src' ? state.source.address : state.destination;
    if (own === null) return;
    const alike = partition.addresses.alike(
      own.value,
      `${asked.directions.join()} ${asked.returnNomatch}`,
      (value) =>
        space.hosts
          .map((host) => {
            const found = testSet(host, asked.set, elementAt(asked, value, state.family));
            return found.answer === 'yes' ? `yes ${found.mark?.value}/${found.mark?.mask}` : found.answer;
          })
          .join(),
    );
    if (first === 'src') narrowing.splitSources(alike, state);
    else narrowing.splitDestinations(alike, state);
    return;
  }
  const { dimensions } = partition;
  const start = first === 'src' ? state.source.address : state.destination;
  if (start !== null && partition.holdsNothingAt(start.value)) {
    const alike = partition.addresses.alike(start.value, 'held', (value) =>
      String(partition.holdsNothingAt(value)),
    );
    if (first === 'src') narrowing.splitSources(alike, state);
    else narrowing.splitDestinations(alike, state);
    return;
  }
  if (dimensions.has('iface') || dimensions.has('mac')) narrowing.keepDoor();
  if (dimensions.has('mark'))
    for (const { mark, mask } of partition.marks)
      narrowing.askedMark(state.mark, { kind: 'masked', value: mark, mask });
  if (dimensions.has('port')) {
    narrowing.keepProtocols((protocol) => protocol === packet.protocol);
    const { icmp } = packet;
    if (icmp !== null) narrowing.splitIcmp(partition.ports.stretch(BigInt((icmp.type << 8) | icmp.code)));
  }
  for (const direction of new Set(asked.directions)) {
    const address = direction === 'src' ? state.source.address : state.destination;
    const port = direction === 'src' ? state.sourcePort : state.destinationPort;
    if (address !== null) {
      const stretch = partition.addresses.stretch(address.value);
      if (direction === 'src') narrowing.splitSources(stretch, state);
      else narrowing.splitDestinations(stretch, state);
    }
    if (port === null || !dimensions.has('port')) continue;
    const ports = partition.ports.stretch(BigInt(port));
    if (direction === 'src') narrowing.splitSourcePorts(ports, port);
    else narrowing.splitDestinationPorts(ports, port);
  }
}

/** A packet of which a set that asks for one address sees nothing but that address. */
function elementAt(asked: IpsetLookup, value: bigint, family: Address['family']): SetElement {
  const address: Address = { family, value };
  return {
    family,
    directions: asked.directions,
    source: address,
    destination: address,
    protocol: null,
    sourcePort: null,
    destinationPort: null,
    icmp: null,
    inInterface: null,
    outInterface: null,
    sourceMac: null,
    destinationMac: null,
    mark: null,
    returnNomatch: asked.returnNomatch,
  };
}
