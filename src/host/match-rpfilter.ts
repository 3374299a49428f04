import type { Address } from '../net/address.ts';
import type { Host } from './facts.ts';
import { findRoute } from './find-route.ts';
import { ipv6Class } from './ipv6-address-class.ts';

/** The options of `-m rpfilter` but `--invert`. */
export interface RpfilterOptions {
  readonly loose: boolean;
  readonly validmark: boolean;
  readonly acceptLocal: boolean;
}

/** What the match looks at. Null: not known. */
export interface RpfilterPacket {
  readonly source: Address | null;
  readonly destination: Address;
  readonly inInterface: string | null;
  readonly mark: number | null;
  readonly protocol?: number | null;
}

/**
 * Whether an answer to the packet would leave through the interface the packet came in through (ipt_rpfilter.c,
 * ip6t_rpfilter.c), before `--invert`.
 */
export function matchRpfilter(
  host: Host,
  packet: RpfilterPacket,
  options: RpfilterOptions,
): 'yes' | 'no' | 'unknown' {
  const { source, inInterface } = packet;
  if (inInterface === null) return 'unknown';
  if (inInterface === 'lo' || host.links?.find((link) => link.name === inInterface)?.loopback === true) {
    return 'yes';
  }
  if (source === null) return 'unknown';
  return source.family === 'ipv4'
    ? matchIpv4(host, packet, source, inInterface, options)
    : matchIpv6(host, packet, source, inInterface, options);
}

function matchIpv4(
  host: Host,
  packet: RpfilterPacket,
  source: Address,
  inInterface: string,
  options: RpfilterOptions,
): 'yes' | 'no' | 'unknown' {
  const { value } = packet.destination;
  const multicast = value >> 28n === 0xen;
  if (source.value === 0n && (value === 0xffffffffn || value >> 8n === 0xe00000n)) return 'yes';
  // Such a source never comes from a sane network; routing it is not modelled.
  if (source.value === 0n || source.value >> 28n >= 0xen) return 'unknown';
  const answer = findRoute(host, {
    family: 'ipv4',
    destination: source,
    source: multicast || value === 0xffffffffn ? { family: 'ipv4', value: 0n } : packet.destination,
    mark: options.validmark ? packet.mark : 0,
    inInterface: 'lo',
    outInterface: null,
    protocol: 0,
    sourcePort: 0,
    destinationPort: 0,
    uid: 0,
  });
  if (answer.kind === 'unknown') return 'unknown';
  if (answer.kind !== 'route') return 'no';
  if (answer.type !== 'unicast' && !(answer.type === 'local' && options.acceptLocal)) return 'no';
  if (options.loose || uses(answer.route?.nextHops, inInterface)) return 'yes';
  return answer.route?.firstHopAlone === true ? 'unknown' : 'no';
}

function matchIpv6(
  host: Host,
  packet: RpfilterPacket,
  source: Address,
  inInterface: string,
  options: RpfilterOptions,
): 'yes' | 'no' | 'unknown' {
  const from = ipv6Class(source.value);
  // Not routable: forwarding drops it later.
  if (from.unspecified) return 'yes';
  const answer = findRoute(host, {
    family: 'ipv6',
    destination: source,
    source: ipv6Class(packet.destination.value).unicast ? packet.destination : { family: 'ipv6', value: 0n },
    mark: options.validmark ? packet.mark : 0,
    inInterface: 'lo',
    outInterface: from.linkLocal || !options.loose ? inInterface : null,
    protocol: packet.protocol ?? null,
    sourcePort: 0,
    destinationPort: 0,
    uid: 0,
    byDevice: true,
  });
  if (answer.kind === 'unknown') return 'unknown';
  if (answer.kind !== 'route' || answer.type === 'anycast') return 'no';
  if (answer.type === 'local') return options.acceptLocal ? 'yes' : 'no';
  return options.loose || uses(answer.route?.nextHops, inInterface) ? 'yes' : 'no';
}

function uses(hops: readonly { readonly device: string | null }[] | undefined, device: string): boolean {
  return hops?.some((hop) => hop.device === device) ?? false;
}
