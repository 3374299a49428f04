import { matchesAddressType } from '../../host/address-type.ts';
import type { Match, MatchKind, MatchOf } from '../../iptables/match.ts';
import type { Rule } from '../../iptables/ruleset.ts';
import type { Address } from '../../net/address.ts';
import type { Prefix } from '../../net/prefix.ts';
import { DCCP, hasPorts, ICMP, ICMPV6, parseProtocol, SCTP, TCP, UDP, UDPLITE } from '../../net/protocol.ts';
import type { Range } from '../../net/range.ts';
import { deviceMatches } from '../../trace/match/basic.ts';
import { type PacketState, shownConnection } from '../../trace/state.ts';
import { Intervals } from '../space/intervals.ts';
import { prefixIntervals } from '../space/prefix-intervals.ts';
import type { PacketConntrack } from '../space/universe.ts';
import type { Narrowing } from './narrow.ts';
import { narrowBySet } from './narrow-by-set.ts';

/** A match that was asked, and the set of packets to narrow. */
export interface Asked {
  readonly state: PacketState;
  readonly rule: Rule;
  readonly narrowing: Narrowing;
}

type Narrower<K extends MatchKind> = (match: MatchOf<K>, asked: Asked) => void;

/** The same for every packet that came this far: fields that are fixed or unknown for all of them alike. */
const fixed = (): void => undefined;
const byDoor = (_: Match, { narrowing }: Asked): void => narrowing.keepDoor();
const byProtocol =
  (...protocols: readonly number[]) =>
  (_: Match, { narrowing }: Asked): void => {
    const own = protocols.includes(narrowing.packet.protocol);
    narrowing.keepProtocols((each) => protocols.includes(each) === own);
  };

/** For each kind of match, which other packets it answers as it answers this one. See the evaluators in `trace/match`. */
const NARROWERS: { readonly [K in MatchKind]: Narrower<K> } = {
  source: ({ prefix }, asked) => bySourcePrefix(prefix, asked),
  destination: ({ prefix }, asked) => byDestinationPrefix(prefix, asked),
  'in-interface': ({ name }, { narrowing }) => {
    const fits = (door: Narrowing['door']): boolean | null => {
      if (door.kind === 'node') return null;
      return door.device === undefined ? null : deviceMatches(door.device, name);
    };
    const own = fits(narrowing.door);
    narrowing.keepDoors((door) => fits(door) === own && door.kind === narrowing.door.kind);
  },
  'out-interface': fixed,
  protocol: ({ number, name }, { narrowing }) => {
    const asked = number ?? parseProtocol(name);
    if (asked === null) narrowing.keepProtocols((each) => each === narrowing.packet.protocol);
    else if (asked !== 0)
      narrowing.keepProtocols((each) => (each === asked) === (narrowing.packet.protocol === asked));
  },
  fragment: fixed,
  'source-port': ({ module, ports }, asked) => {
    byProtocol(MODULES[module])({ kind: 'fragment', negated: false }, asked);
    asked.narrowing.splitSourcePorts(rangeIntervals(ports), asked.state.sourcePort);
  },
  'destination-port': ({ module, ports }, asked) => {
    byProtocol(MODULES[module])({ kind: 'fragment', negated: false }, asked);
    asked.narrowing.splitDestinationPorts(rangeIntervals(ports), asked.state.destinationPort);
  },
  'tcp-flags': ({ mask }, asked) => {
    byProtocol(TCP)({ kind: 'fragment', negated: false }, asked);
    asked.narrowing.keepTcpFlags(mask);
  },
  'tcp-option': byProtocol(TCP),
  tcpmss: byProtocol(TCP),
  'sctp-chunks': byProtocol(SCTP),
  'dccp-types': byProtocol(DCCP),
  'dccp-option': byProtocol(DCCP),
  'icmp-type': ({ version, type, codes }, asked) => {
    const protocol = version === 4 ? ICMP : ICMPV6;
    const { narrowing, state } = asked;
    byProtocol(protocol)({ kind: 'fragment', negated: false }, asked);
    // 255 of ICMP stands for any.
    if (state.protocol !== protocol || (version === 4 && type === 255)) return;
    narrowing.splitIcmp(Intervals.range(BigInt((type << 8) | codes.from), BigInt((type << 8) | codes.to)));
  },
  multiport: ({ side, ports }, { state, narrowing }) => {
    const own = hasPorts(narrowing.packet.protocol);
    narrowing.keepProtocols((each) => hasPorts(each) === own);
    const set = Intervals.of(ports.map(({ from, to }): [bigint, bigint] => [BigInt(from), BigInt(to)]));
    if (side !== 'destination') narrowing.splitSourcePorts(set, state.sourcePort);
    if (side !== 'source') narrowing.splitDestinationPorts(set, state.destinationPort);
  },
  iprange: ({ side, from, to }, { state, narrowing }) => {
    const set = Intervals.range(from, to);
    if (side === 'source') narrowing.splitSources(set, state);
    else narrowing.splitDestinations(set, state);
  },
  set: narrowBySet,
  addrtype: (match, { state, narrowing }) => {
    if (match.limit === 'in') narrowing.keepDoor();
    const { family } = state;
    const device =
      (match.limit === 'in' ? state.inInterface : match.limit === 'out' ? state.outInterface : null) ?? null;
    const question = `addrtype ${match.types.join(',')} ${device ?? ''}`;
    const alike = (address: Address): Intervals =>
      narrowing.space.routing.alike(address.value, question, (host, each) =>
        matchesAddressType(host, family, each, match.types, device),
      );
    const { destination } = narrowing.packet;
    if (match.side === 'destination') {
      if (state.destination.value === destination.value) narrowing.keepDestinations(alike(destination));
    } else if (state.source.address !== null && state.source.address === narrowing.packet.source.address)
      narrowing.keepSources(alike(state.source.address));
  },
  mark: ({ mask, value }, { state, narrowing }) => narrowing.askedMark(state.mark, mask, value),
  connmark: ({ mask, value }, { state, narrowing }) =>
    narrowing.askedMark(shownConnection(state)?.mark ?? null, mask, value),
  ctstate: ({ states }, { narrowing: { packet }, narrowing }) => {
    const has = (state: PacketConntrack): boolean => states.includes(state);
    narrowing.keepStates((state) => has(state) === has(packet.state));
  },
  ctproto: ({ number, name }, { narrowing }) => {
    const asked = number ?? parseProtocol(name);
    narrowing.keepProtocols((each) => (each === asked) === (narrowing.packet.protocol === asked));
  },
  ctaddress: ({ tuple, prefix }, asked) => {
    const set = prefixIntervals(prefix);
    const { narrowing, state } = asked;
    const { connection } = state;
    if (connection === null) return;
    const { packet } = narrowing;
    // The tuples hold what the packet arrived with, or what NAT wrote.
    if (tuple === 'origsrc' || tuple === 'repldst') {
      const sender = tuple === 'origsrc' ? connection.originalSource : connection.replyDestination;
      if (packet.source.address === null || sender.address?.value !== packet.source.address.value) return;
      const arrived = { ...state, source: packet.source };
      if (set === null) narrowing.keepSources(Intervals.one(packet.source.address.value));
      else narrowing.splitSources(set, arrived);
      return;
    }
    const end = tuple === 'origdst' ? connection.originalDestination : connection.replySource;
    if (end.value !== packet.destination.value) return;
    if (set === null) narrowing.keepDestinations(Intervals.one(end.value));
    else narrowing.splitDestinations(set, { ...state, destination: packet.destination });
  },
  ctport: ({ tuple, ports }, { state, narrowing }) => {
    const { connection } = state;
    if (connection === null) return;
    const set = rangeIntervals(ports);
    if (tuple === 'origsrc') narrowing.splitSourcePorts(set, connection.originalSourcePort);
    else if (tuple === 'repldst') narrowing.splitSourcePorts(set, connection.replyDestinationPort);
    else if (tuple === 'origdst') narrowing.splitDestinationPorts(set, connection.originalDestinationPort);
    else narrowing.splitDestinationPorts(set, connection.replySourcePort);
  },
  ctstatus: fixed,
  ctexpire: fixed,
  ctdir: fixed,
  helper: fixed,
  'statistic-random': fixed,
  'statistic-nth': fixed,
  recent: (match, { state, narrowing }) => {
    const entries = narrowing.space.hosts.flatMap((host) => host.recent?.get(match.list) ?? []);
    if (entries.length === 0 || match.action === 'set') return;
    const all = (1n << (state.family === 'ipv4' ? 32n : 128n)) - 1n;
    const mask = match.mask ?? all;
    const listed = entries.flatMap(({ address }): (readonly [bigint, bigint])[] => {
      const prefix = { family: state.family, value: address.value & mask, mask };
      return [...(prefixIntervals(prefix)?.ranges() ?? [])];
    });
    // Sides may list different addresses, so each listed one stands for itself.
    const set = Intervals.of(listed);
    if (match.side === 'source') {
      const value = state.source.address?.value;
      if (value !== undefined && set.has(value)) narrowing.splitSources(Intervals.one(value), state);
      else narrowing.splitSources(set, state);
    } else if (set.has(state.destination.value))
      narrowing.splitDestinations(Intervals.one(state.destination.value), state);
    else narrowing.splitDestinations(set, state);
  },
  'owner-uid': byDoor,
  'owner-gid': byDoor,
  'owner-socket': byDoor,
  pkttype: fixed,
  mac: byDoor,
  'physdev-name': byDoor,
  'physdev-is': byDoor,
  devgroup: byDoor,
  rpfilter: (_, asked) => {
    const { narrowing } = asked;
    narrowing.keepDoor();
    if (narrowing.space.routing.hasPolicy) narrowing.keepMarkBits(0xffffffff);
    const source = narrowing.packet.source.address;
    if (source !== null) narrowing.keepSources(narrowing.space.routing.wayBack(source.value));
  },
  // IPVS' own step tells which packets one virtual server takes.
  ipvs: fixed,
  'ipvs-protocol': fixed,
  'ipvs-address': fixed,
  'ipvs-port': fixed,
  length: fixed,
  ttl: fixed,
  dscp: fixed,
  tos: fixed,
  ecn: fixed,
  comment: fixed,
  nfacct: fixed,
  opaque: fixed,
  unrecognised: fixed,
  lost: fixed,
};

const MODULES = { tcp: TCP, udp: UDP, sctp: SCTP, dccp: DCCP, udplite: UDPLITE };

/** Keeps the packets that the match answers as it answers the one that is traced. */
export function narrowByMatch(match: Match, asked: Asked): void {
  // The table's type ties each kind to its function; TypeScript cannot follow that through an index.
  const narrower = NARROWERS[match.kind] as Narrower<MatchKind>;
  narrower(match, asked);
}

function bySourcePrefix(prefix: Prefix, { state, narrowing }: Asked): void {
  const set = prefixIntervals(prefix);
  if (set !== null) narrowing.splitSources(set, state);
  else if (state.source.address !== null)
    narrowing.splitSources(Intervals.one(state.source.address.value), state);
}

function byDestinationPrefix(prefix: Prefix, { state, narrowing }: Asked): void {
  narrowing.splitDestinations(prefixIntervals(prefix) ?? Intervals.one(state.destination.value), state);
}

function rangeIntervals({ from, to }: Range): Intervals {
  return Intervals.range(BigInt(from), BigInt(to));
}
