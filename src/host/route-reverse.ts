import { type Address, formatAddress } from '../net/address.ts';
import type { Host } from './facts.ts';
import { findRoute } from './find-route.ts';
import { ipv6Class } from './ipv6-address-class.ts';
import { routeTables } from './route-tables.ts';
import { interfaceSwitch } from './sysctl.ts';

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
export interface ReverseAnswer {
  readonly answer: 'ok' | 'martian-source' | 'martian-destination' | 'rp-filter' | 'unknown';
  /** A clause in plain words, without final stop. */
  readonly text: string;
  /** What to capture; null where it is settled or nothing can settle it. */
  readonly settle: string | null;
}

/** The switches that take part; each null where the capture does not tell. */
interface Switches {
  readonly rpFilter: number;
  readonly acceptLocal: number;
  readonly sourceMark: number;
  readonly sendRedirects: number;
}

const SETTLE = 'sysctl -a';

/**
 * The checks of `ip_route_input_slow` and `fib_validate_source` (net/ipv4/route.c, net/ipv4/fib_frontend.c), which come
 * after PREROUTING and before FORWARD and INPUT; for IPv6 those of `ip6_rcv_core`, which come before PREROUTING.
 * Switches that were not captured are tried both ways: only where they matter is the answer unknown.
 */
export function reversePath(host: Host, packet: IncomingPacket): ReverseAnswer {
  if (packet.inInterface === 'lo') return ok();
  if (packet.source.family === 'ipv6') return checkIpv6(packet);
  const early = checkAddresses(host, packet);
  if (early !== null) return early;
  if (packet.inInterface === null) return ok();
  return tryAll(host, packet);
}

function checkIpv6(packet: IncomingPacket): ReverseAnswer {
  const source = ipv6Class(packet.source.value);
  if (source.loopback || source.multicast) return martianSource(packet);
  const destination = ipv6Class(packet.destination.value);
  // Groups of scope 0 are reserved, those of scope 1 do not leave their interface (RFC 4291, 2.7).
  const confined = destination.multicast && destination.scope < 2;
  return destination.loopback || confined ? martianDestination(packet) : ok();
}

/** @returns the answer that the addresses alone give; null where the routing tables must be asked. */
function checkAddresses(host: Host, packet: IncomingPacket): ReverseAnswer | null {
  const source = packet.source.value;
  const destination = packet.destination.value;
  const broadcast = destination === 0xffffffffn;
  if (isMulticast(source) || source === 0xffffffffn) return martianSource(packet);
  if (source === 0n) {
    // DHCP, and 224.0.0.0/24, may come from nobody.
    const allowed = broadcast || destination === 0n || destination >> 8n === 0xe00000n;
    return allowed ? ok() : martianSource(packet);
  }
  if (broadcast) return null;
  if (destination === 0n) return martianDestination(packet);
  const loopbackDestination = destination >> 24n === 127n;
  if (!loopbackDestination && source >> 24n !== 127n) return null;
  const routed = switchOf(host, packet, 'route_localnet', 'or');
  if (routed === 1) return null;
  if (routed === null) {
    return unknown('whether the interface routes 127.0.0.0/8 was not captured', `${SETTLE}`);
  }
  return loopbackDestination ? martianDestination(packet) : martianSource(packet);
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
            const text = `whether the kernel takes a packet from ${formatAddress(packet.source)} depends on rp_filter or accept_local, which were not captured`;
            return unknown(text, SETTLE);
          }
          result = answer;
        }
      }
    }
  }
  return result ?? ok();
}

function redirectsMatter(packet: IncomingPacket): boolean {
  return packet.outInterface !== null && packet.outInterface === packet.inInterface;
}

/** `fib_validate_source` and `__fib_validate_source`. */
function validate(host: Host, packet: IncomingPacket, switches: Switches): ReverseAnswer {
  if (switches.rpFilter === 0 && switches.sendRedirects === 0) {
    if (switches.acceptLocal === 1) return ok();
    const tables = routeTables(host, 'ipv4');
    if (!tables.customRules && !tables.rulesMissing && !hasCustomLocalRoutes(host)) {
      return checkOwnAddress(host, packet);
    }
  }
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
  if (reverse.kind === 'unknown') return unknown(reverse.text, reverse.settle);
  if (reverse.kind !== 'route') return switches.rpFilter === 0 ? ok() : filtered(packet);
  if (reverse.type === 'local') {
    if (switches.acceptLocal === 0) return martianSource(packet);
  } else if (reverse.type !== 'unicast') return martianSource(packet);
  if (packet.inInterface === null) {
    return switches.rpFilter === 0
      ? ok()
      : unknown('the interface the packet came in through is not known', null);
  }
  const hops = reverse.route?.nextHops ?? [];
  if (hops.some((hop) => hop.device === packet.inInterface)) return ok();
  if (switches.rpFilter === 0) return ok();
  if (switches.rpFilter === 1) return filtered(packet);
  return checkLoose(host, packet);
}

/** Loose mode takes any source with a route, but through a device without addresses only one that is routed there. */
function checkLoose(host: Host, packet: IncomingPacket): ReverseAnswer {
  const link = host.links?.find((one) => one.name === packet.inInterface);
  if (link === undefined) return unknown('the addresses of the interface were not captured', 'ip -j addr');
  return link.addresses.some((entry) => entry.address.family === 'ipv4') ? ok() : filtered(packet);
}

function checkOwnAddress(host: Host, packet: IncomingPacket): ReverseAnswer {
  const { source } = packet;
  if (host.links !== null) {
    const own = host.links.some((link) =>
      link.addresses.some((entry) => entry.address.family === 'ipv4' && entry.address.value === source.value),
    );
    return own ? martianSource(packet) : ok();
  }
  const { local } = routeTables(host, 'ipv4');
  if (local === null) {
    const text = `whether ${formatAddress(source)} is an address of the node was not captured`;
    return unknown(text, 'ip -j addr');
  }
  const [group] = local.covering(source);
  const own = group?.prefixLength === 32 && group.routes.some((route) => route.type === 'local');
  return own ? martianSource(packet) : ok();
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

function ok(): ReverseAnswer {
  return { answer: 'ok', text: 'the source address is valid on its interface', settle: null };
}

function martianSource(packet: IncomingPacket): ReverseAnswer {
  const text = `${formatAddress(packet.source)} cannot be the source of a packet from outside`;
  return { answer: 'martian-source', text, settle: null };
}

function martianDestination(packet: IncomingPacket): ReverseAnswer {
  const text = `${formatAddress(packet.destination)} cannot be the destination of a packet from outside`;
  return { answer: 'martian-destination', text, settle: null };
}

function filtered(packet: IncomingPacket): ReverseAnswer {
  const text = `rp_filter drops it: the route to ${formatAddress(packet.source)} does not go through ${packet.inInterface ?? 'its interface'}`;
  return { answer: 'rp-filter', text, settle: null };
}

function unknown(text: string, settle: string | null): ReverseAnswer {
  return { answer: 'unknown', text, settle };
}
