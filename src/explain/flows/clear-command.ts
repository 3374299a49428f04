import { type Command, command, joined } from '../../command/command.ts';
import type { Flow } from '../../conntrack/flow.ts';
import { type Address, formatAddress } from '../../net/address.ts';
import { formatProtocol, hasPorts, ICMP, ICMPV6, SCTP, TCP, UDP, UDPLITE } from '../../net/protocol.ts';

/** Protocols whose ports conntrack(8) 1.4.7 takes as filters; its DCCP extension reads them wrongly. */
const WITH_PORTS: ReadonlySet<number> = new Set([TCP, UDP, SCTP, UDPLITE]);

/**
 * @param halfZoned some entry of the table may have a zone in one direction alone
 * @returns the command that deletes this one entry, by its original tuple and zone, which no other entry has
 * (`nf_conntrack_tuple_taken`); null where conntrack(8) cannot name it exactly. It is only ever printed.
 */
export function clearCommand(flow: Flow, halfZoned = false): Command | null {
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
  words.push(...zoneWords(flow, halfZoned));
  return command('conntrack', ...words);
}

/** What tells a flow's zone: one for both directions, or one of its own. */
interface OfZone {
  readonly zone: Flow['zone'];
  readonly original: Pick<Flow['original'], 'zone'>;
  readonly reply: Pick<Flow['reply'], 'zone'>;
}

const DEFAULT_ZONE: OfZone = { zone: 0, original: {}, reply: {} };

/** A longer line nobody reads. */
const MOST_ZONES = 4;

/**
 * @param flows those to be deleted; absent: of zone 0
 * @returns the commands that delete, in the zones of these flows, every entry from one destination to one place that answers, and no
 *   others: one for each zone, and one for all where there are many. Zone 0 takes those along that have a zone in one direction alone,
 *   but where `halfZoned` says that there may be such.
 */
export function clearPlaceCommand(
  protocol: number,
  destination: Address,
  destinationPort: number,
  to: Address,
  toPort: number,
  flows: readonly OfZone[] = [DEFAULT_ZONE],
  halfZoned = false,
): Command | null {
  if (!WITH_PORTS.has(protocol)) return null;
  const words = [...head(protocol, destination), '-d', formatAddress(destination)];
  words.push('--dport', String(destinationPort), '-r', formatAddress(to), '--reply-port-src', String(toPort));
  const zones = new Map(
    flows.map((flow) => zoneWords(flow, halfZoned)).map((each) => [each.join(' '), each]),
  );
  const [first = [], ...more] = zones.size > MOST_ZONES ? [] : zones.values();
  const inZone = (zone: readonly string[]): Command => command('conntrack', ...words, ...zone);
  return joined('next', inZone(first), ...more.map(inZone));
}

/** What has a zone in one direction alone has 0 as that of both, for conntrack(8) 1.4.7: only all three tell an entry without any. */
const IN_NO_ZONE = ['-w', '0', '--orig-zone', '0', '--reply-zone', '0'] as const;

/** Without a zone, conntrack(8) 1.4.7 deletes the entries of every zone that have the tuple. */
function zoneWords({ zone, original, reply }: OfZone, halfZoned: boolean): readonly string[] {
  const there = original.zone ?? null;
  const back = reply.zone ?? null;
  if (there === null && back === null)
    return halfZoned && (zone ?? 0) === 0 ? IN_NO_ZONE : ['-w', String(zone ?? 0)];
  return [
    ...(there === null ? [] : ['--orig-zone', String(there)]),
    ...(back === null ? [] : ['--reply-zone', String(back)]),
  ];
}

/** conntrack takes IPv4 for granted where no address comes before it. */
function head(protocol: number, address: Address): string[] {
  const name = protocol === ICMPV6 ? 'icmpv6' : formatProtocol(protocol);
  return ['-D', ...(address.family === 'ipv6' ? ['-f', 'ipv6'] : []), '-p', name];
}
