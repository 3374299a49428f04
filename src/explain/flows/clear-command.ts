import type { Flow } from '../../conntrack/flow.ts';
import { zoneOf } from '../../conntrack/match-flow.ts';
import { type Address, formatAddress } from '../../net/address.ts';
import { DCCP, formatProtocol, hasPorts, ICMP, ICMPV6, SCTP, TCP, UDP, UDPLITE } from '../../net/protocol.ts';

/** Protocols whose ports conntrack(8) 1.4.7 takes as filters (extensions/libct_proto_*.c). */
const WITH_PORTS: ReadonlySet<number> = new Set([TCP, UDP, SCTP, DCCP, UDPLITE]);

/**
 * @returns the command that deletes this one entry, by its original tuple and zone, which no other entry has
 * (`nf_conntrack_tuple_taken`); null where conntrack(8) cannot name it exactly. It is only ever printed.
 */
export function clearCommand(flow: Flow): string | null {
  const { original, protocol } = flow;
  const words = [...head(protocol, original.source), '-s', formatAddress(original.source)];
  words.push('-d', formatAddress(original.destination));
  if (hasPorts(protocol) && WITH_PORTS.has(protocol)) {
    if (original.sourcePort === null || original.destinationPort === null) return null;
    words.push('--sport', String(original.sourcePort), '--dport', String(original.destinationPort));
  } else if (protocol === ICMP || protocol === ICMPV6) {
    if (original.icmp === null) return null;
    const { type, code, id } = original.icmp;
    const name = protocol === ICMP ? 'icmp' : 'icmpv6';
    words.push(`--${name}-type`, String(type), `--${name}-code`, String(code), `--${name}-id`, String(id));
  } else {
    return null;
  }
  // One zone for both directions, or one of its own for the original one.
  if (original.zone !== undefined && original.zone !== null) words.push('--orig-zone', String(original.zone));
  else if (zoneOf(flow, 'original') !== 0) words.push('-w', String(flow.zone));
  return words.join(' ');
}

/** @returns the command that deletes every entry from one destination to one place that answers, and no others. */
export function clearPlaceCommand(
  protocol: number,
  destination: Address,
  destinationPort: number,
  to: Address,
  toPort: number,
): string | null {
  if (!WITH_PORTS.has(protocol)) return null;
  const words = [...head(protocol, destination), '-d', formatAddress(destination)];
  words.push('--dport', String(destinationPort), '-r', formatAddress(to), '--reply-port-src', String(toPort));
  return words.join(' ');
}

/** conntrack takes IPv4 for granted where no address comes before it. */
function head(protocol: number, address: Address): string[] {
  const name = protocol === ICMPV6 ? 'icmpv6' : formatProtocol(protocol);
  return ['conntrack', '-D', ...(address.family === 'ipv6' ? ['-f', 'ipv6'] : []), '-p', name];
}
