import type { Address } from '../net/address.ts';
import type { Host } from './facts.ts';
import { findRoute } from './find-route.ts';
import { ipv6Class } from './ipv6-address-class.ts';
import { routeTables } from './route-tables.ts';
import { interfaceSwitch } from './sysctl.ts';
import type { SourceUnknown } from './unknown-fact.ts';

/** A packet that came in from outside. Null: not known, unless said otherwise. */
export interface IncomingPacket {
  readonly source: Address;
  readonly destination: Address;
  /** `lo` for a packet of the node itself: nothing is checked then. Not known: only what holds on every interface is. */
  readonly inInterface: string | null;
  /** The device that routing chose for it; null for delivery on the node. */
  readonly outInterface: string | null;
  readonly mark: number | null;
  readonly protocol: number | null;
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
  readonly tos?: number;
}

/** Whether the kernel takes the packet in. */
export type ReverseAnswer =
  | { readonly answer: 'ok' | 'martian-source' | 'martian-destination' | 'rp-filter' }
  | { readonly answer: 'unknown'; readonly why: SourceUnknown };

/** The switches that take part; each null where the capture does not tell. */
interface Switches {
  readonly rpFilter: number;
  readonly acceptLocal: number;
  readonly sourceMark: number;
  readonly sendRedirects: number;
}

/**
 * The checks of `ip_route_input_slow` and `fib_validate_source` (net/ipv4/route.c, net/ipv4/fib_frontend.c), which come
 * after PREROUTING and before FORWARD and INPUT; for IPv6 those of `ip6_rcv_core`, which come before PREROUTING.
 * Switches that were not captured are tried both ways: only where they matter is the answer unknown.
 */
export function reversePath(host: Host, packet: IncomingPacket): ReverseAnswer {
  if (packet.source.family === 'ipv6') return checkIpv6(packet);
  const early = checkAddresses(host, packet);
  if (early !== null) return early;
  if (packet.inInterface === null) return OK;
  return tryAll(host, packet);
}

function checkIpv6(packet: IncomingPacket): ReverseAnswer {
  const source = ipv6Class(packet.source.value);
  if (source.loopback || source.multicast) return MARTIAN_SOURCE;
  const destination = ipv6Class(packet.destination.value);
  // Groups of scope 0 are reserved, those of scope 1 do not leave their interface (RFC 4291, 2.7).
  const confined = destination.multicast && destination.scope < 2;
  return destination.loopback || confined ? MARTIAN_DESTINATION : OK;
}

/** @returns the answer that the addresses alone give; null where the routing tables must be asked. */
function checkAddresses(host: Host, packet: IncomingPacket): ReverseAnswer | null {
  const source = packet.source.value;
  const destination = packet.destination.value;
  const broadcast = destination === 0xffffffffn;
  if (isMulticast(source) || source === 0xffffffffn) return MARTIAN_SOURCE;
  if (source === 0n) {
    // DHCP, and 224.0.0.0/24, may come from nobody.
    const allowed = broadcast || destination === 0n || destination >> 8n === 0xe00000n;
    return allowed ? OK : MARTIAN_SOURCE;
  }
  if (broadcast) return null;
  if (destination === 0n) return MARTIAN_DESTINATION;
  const loopbackDestination = destination >> 24n === 127n;
  if (!loopbackDestination && source >> 24n !== 127n) return null;
  const routed = switchOf(host, packet, 'route_localnet', 'or');
  if (routed === 1) return null;
  if (routed === null) {
    return unknown({ code: 'localnet-not-captured' });
  }
  return loopbackDestination ? MARTIAN_DESTINATION : MARTIAN_SOURCE;
}

function tryAll(host: Host, packet: IncomingPacket): ReverseAnswer {
  const options = (name: string, combine: 'or' | 'max', all: readonly number[]): readonly number[] => {
    const value = switchOf(host, packet, name, combine);
    return value === null ? all : [value];
  };
  let result: ReverseAnswer | null = null;
  for (const rpFilter of options('rp_filter', 'max', [0, 1, 2])) {
    for (const acceptLocal of options('accept_local', 'or', [0, 1])) {
      for (const sourceMark of packet.mark === 0 ? [0] : options('src_valid_mark', 'or', [0, 1])) {
        for (const sendRedirects of redirectsMatter(packet) ? options('send_redirects', 'or', [0, 1]) : [0]) {
          const answer = validate(host, packet, { rpFilter, acceptLocal, sourceMark, sendRedirects });
          if (answer.answer === 'unknown') return answer;
          if (result !== null && result.answer !== answer.answer) {
            return unknown({ code: 'source-switches-not-captured', source: packet.source });
          }
          result = answer;
        }
      }
    }
  }
  return result ?? OK;
}

function redirectsMatter(packet: IncomingPacket): boolean {
  return packet.outInterface !== null && packet.outInterface === packet.inInterface;
}

/** `fib_validate_source` and `__fib_validate_source`. */
function validate(host: Host, packet: IncomingPacket, switches: Switches): ReverseAnswer {
  if (switches.rpFilter === 0 && switches.sendRedirects === 0) {
    if (switches.acceptLocal === 1) return OK;
    const tables = routeTables(host, 'ipv4');
    if (!tables.customRules && !tables.rulesMissing && !hasCustomLocalRoutes(host)) {
      const quick = checkOwnAddress(host, packet);
      // The first policy rule ever added asks for the full check for good (fib_has_custom_rules), also when it is gone.
      const full = fullCheck(host, packet, switches);
      if (full.answer === 'unknown' || full.answer === quick.answer) return quick;
      return unknown({ code: 'rule-come-and-gone', source: packet.source });
    }
  }
  return fullCheck(host, packet, switches);
}

/** `__fib_validate_source`. */
function fullCheck(host: Host, packet: IncomingPacket, switches: Switches): ReverseAnswer {
  const reverse = findRoute(host, {
    family: 'ipv4',
    destination: packet.source,
    source: packet.destination,
    mark: switches.sourceMark === 1 ? packet.mark : 0,
    // The device the packet would leave through stands for the one an answer would come in through.
    inInterface: packet.outInterface ?? 'lo',
    outInterface: null,
    protocol: packet.protocol,
    sourcePort: packet.destinationPort,
    destinationPort: packet.sourcePort,
    uid: 0,
    ...(packet.tos === undefined ? {} : { tos: packet.tos }),
  });
  if (reverse.kind === 'unknown') return unknown(reverse.why);
  if (reverse.kind !== 'route') return switches.rpFilter === 0 ? OK : FILTERED;
  if (reverse.type === 'local') {
    if (switches.acceptLocal === 0) return MARTIAN_SOURCE;
  } else if (reverse.type !== 'unicast') return MARTIAN_SOURCE;
  if (packet.inInterface === null) {
    return switches.rpFilter === 0 ? OK : unknown({ code: 'in-interface-not-known' });
  }
  const hops = reverse.route?.nextHops ?? [];
  if (hops.some((hop) => hop.device === packet.inInterface)) return OK;
  if (switches.rpFilter === 0) return OK;
  if (switches.rpFilter === 1 && reverse.route?.firstHopAlone === true)
    return unknown({ code: 'first-hop-alone', source: packet.source });
  if (switches.rpFilter === 1) return FILTERED;
  return checkLoose(host, packet);
}

/** Loose mode takes any source with a route, but through a device without addresses only one that is routed there. */
function checkLoose(host: Host, packet: IncomingPacket): ReverseAnswer {
  const link = host.links?.find((one) => one.name === packet.inInterface);
  if (link === undefined) return unknown({ code: 'link-addresses-not-captured' });
  return link.addresses.some((entry) => entry.address.family === 'ipv4') ? OK : FILTERED;
}

function checkOwnAddress(host: Host, packet: IncomingPacket): ReverseAnswer {
  const { source } = packet;
  if (host.links !== null) {
    const own = host.links.some((link) =>
      link.addresses.some((entry) => entry.address.family === 'ipv4' && entry.address.value === source.value),
    );
    return own ? MARTIAN_SOURCE : OK;
  }
  const { local } = routeTables(host, 'ipv4');
  if (local === null) {
    return unknown({ code: 'addresses-not-captured', address: source });
  }
  const [group] = local.covering(source);
  const own = group?.prefixLength === 32 && group.routes.some((route) => route.type === 'local');
  return own ? MARTIAN_SOURCE : OK;
}

/** Routes of type `local` that no address of a link explains, in any table, switch the kernel to the full check. */
function hasCustomLocalRoutes(host: Host): boolean {
  const known = customLocal.get(host);
  if (known !== undefined) return known;
  const addresses = new Set<bigint>();
  for (const link of host.links ?? []) {
    for (const entry of link.addresses)
      if (entry.address.family === 'ipv4') addresses.add(entry.address.value);
  }
  const custom =
    host.links !== null &&
    (host.routes.ipv4 ?? []).some(
      (route) =>
        route.type === 'local' &&
        !addresses.has(route.destination.value) &&
        route.destination.value >> 24n !== 127n,
    );
  customLocal.set(host, custom);
  return custom;
}

const customLocal = new WeakMap<Host, boolean>();

function switchOf(host: Host, packet: IncomingPacket, name: string, combine: 'or' | 'max'): number | null {
  return interfaceSwitch(host, 'ipv4', name, packet.inInterface ?? '', combine);
}

function isMulticast(value: bigint): boolean {
  return value >> 28n === 0xen;
}

const OK: ReverseAnswer = { answer: 'ok' };
const MARTIAN_SOURCE: ReverseAnswer = { answer: 'martian-source' };
const MARTIAN_DESTINATION: ReverseAnswer = { answer: 'martian-destination' };
const FILTERED: ReverseAnswer = { answer: 'rp-filter' };

function unknown(why: SourceUnknown): ReverseAnswer {
  return { answer: 'unknown', why };
}
