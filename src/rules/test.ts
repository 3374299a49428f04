import type { LostDetail } from '../iptables/lost-detail.ts';
import type { ConntrackState, OpaqueModule } from '../iptables/match.ts';
import type { Family } from '../net/address.ts';
import type { Prefix } from '../net/prefix.ts';
import type { Range } from '../net/range.ts';
import type { AddressSet, NumberSet } from './value-set.ts';

/**
 * What a rule can ask, with what the question is compared to. Names are nft's where nft has one. A language lowers each of
 * its matches into tests of these; conditions that a match implies (`tcp dport` asks for TCP first) are tests of their own.
 *
 * A new field needs a line in each table over {@link Field}: its traits here, its evaluator in `trace/fields/`, its narrowing
 * in `diff/explore/`, its words in `explain/`. None compiles without it.
 */
export interface FieldValues {
  // --- the packet's headers
  'meta.nfproto': Family;
  'meta.l4proto': ProtocolSet;
  'ip.saddr': AddressSet;
  'ip.daddr': AddressSet;
  /** Whether it is a second or further fragment. */
  'ip.fragment': true;
  /** Bytes, with the IP header. */
  'meta.length': NumberSet;
  /** TTL or hop limit. */
  'ip.ttl': NumberSet;
  /** The upper six bits of the TOS byte, as a number up to 63. */
  'ip.dscp': NumberSet;
  /** The whole byte, ECN with it. */
  'ip.tos': NumberSet;
  'th.sport': NumberSet;
  'th.dport': NumberSet;
  /** One of both ports. */
  'th.port': NumberSet;
  /** The header's bits: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32. */
  'tcp.flags': NumberSet;
  /** Whether an option of this number is there. */
  'tcp.option': number;
  /** The size that a SYN announces. */
  'tcp.mss': NumberSet;
  'sctp.chunks': { readonly scope: 'all' | 'any' | 'only'; readonly chunks: readonly string[] };
  /** Any of these. */
  'dccp.type': readonly string[];
  'dccp.option': number;
  /** `type << 8 | code`, of ICMP or ICMPv6 by the packet's protocol. */
  'icmp.type-code': NumberSet;
  // --- the frame and the interfaces
  'meta.pkttype': 'unicast' | 'broadcast' | 'multicast' | 'other';
  'ether.saddr': string;
  /** A name, or with a trailing plus the beginning of one; any of these. At hooks without such a device the name is empty. */
  'meta.iifname': readonly string[];
  'meta.oifname': readonly string[];
  'meta.iifgroup': GroupSet;
  'meta.oifgroup': GroupSet;
  /** The port of the bridge by which the frame came in; patterns as of `meta.iifname`. */
  'bridge.port.in': readonly string[];
  'bridge.port.out': readonly string[];
  /** Whether a bridge carries it: in by a port, out by a port, handed on from port to port. */
  'bridge.carries': 'in' | 'out' | 'bridged';
  // --- the node's own
  'meta.mark': NumberSet;
  /** Users and groups of the process that sends it. */
  'meta.skuid': IdSet;
  'meta.skgid': IdSet;
  /** Whether a process of this node sends it. */
  'meta.sender': true;
  // --- the connection
  /** Any of these; DNAT and SNAT once it has been rewritten so. */
  'ct.state': readonly ConntrackState[];
  /** The status word: EXPECTED 1, SEEN_REPLY 2, ASSURED 4, CONFIRMED 8, SRC_NAT 16, DST_NAT 32. */
  'ct.status': NumberSet;
  'ct.mark': NumberSet;
  'ct.direction': 'ORIGINAL' | 'REPLY';
  'ct.protocol': ProtocolSet;
  'ct.original.saddr': AddressSet;
  'ct.original.daddr': AddressSet;
  'ct.reply.saddr': AddressSet;
  'ct.reply.daddr': AddressSet;
  'ct.original.sport': NumberSet;
  'ct.original.dport': NumberSet;
  'ct.reply.sport': NumberSet;
  'ct.reply.dport': NumberSet;
  /** Seconds left. */
  'ct.expiration': NumberSet;
  /** Empty for any. */
  'ct.helper': string;
  /** What it has carried: packets, bytes with IP headers, or bytes of a packet on average. */
  'ct.counted': {
    readonly of: 'original' | 'reply' | 'both';
    readonly mode: 'packets' | 'bytes' | 'avgpkt';
    readonly set: NumberSet;
    readonly text: string;
  };
  /** A label of the connection; `sets`: it is given to one that has it not, which then has it. `text` asks for the label alone. */
  'ct.label': { readonly label: string; readonly sets: boolean; readonly text: string };
  // --- what the node's addresses and routes say
  'fib.saddr.type': AddressTypes;
  'fib.daddr.type': AddressTypes;
  /** Whether an answer to the source would leave where the packet came in. */
  'fib.saddr.oif': ReversePath;
  // --- what IPVS made of it: whether it took the packet, and the virtual server that did
  'ipvs.taken': true;
  'ipvs.protocol': NumberSet;
  'ipvs.address': AddressSet;
  'ipvs.port': NumberSet;
  // --- sets, memory, chance
  ipset: IpsetLookup;
  recent: RecentList;
  /** Yes with this probability; `every` for a counter that the packets of all connections advance. */
  chance: {
    readonly probability: number;
    readonly every: { readonly n: number; readonly at: number } | null;
  };
  // --- what cannot be answered
  /** A recognised extension that asks what no capture holds. */
  opaque: {
    readonly module: OpaqueModule;
    readonly text: string;
    readonly takes?: 'not-matched' | 'either';
  };
  /** ECN bits, as the rule spells them. */
  'ip.ecn': string;
  /** A match that nobody knows. */
  unrecognised: string;
  /** Something that the listing did not print. */
  lost: { readonly what: LostDetail; readonly text: string };
}

/** What a test asks. */
export type Field = keyof FieldValues;

/** Protocols by number, or by a name that this host's /etc/protocols need not share. */
export type ProtocolSet = NumberSet | { readonly kind: 'named'; readonly name: string };

/** Users or groups; `ranges` is null for a name that is not known here. */
export interface IdSet {
  readonly ranges: readonly Range[] | null;
  readonly text: string;
}

/** Interface groups: `(group & mask) == value`; `value` is null for a name of the node's /etc/iproute2/group. */
export interface GroupSet {
  readonly value: number | null;
  readonly mask: number;
  readonly text: string;
}

/** Types of an address as xt_addrtype tells them, of the interface in or out alone where `limit` says so. */
export interface AddressTypes {
  readonly types: readonly string[];
  readonly limit: 'in' | 'out' | null;
}

/** The options of xt_rpfilter. */
export interface ReversePath {
  readonly loose: boolean;
  readonly validmark: boolean;
  readonly acceptLocal: boolean;
}

/** A look-up in an ipset, with `src` or `dst` for each dimension. */
export interface IpsetLookup {
  readonly set: string;
  readonly directions: readonly ('src' | 'dst')[];
  readonly returnNomatch: boolean;
  /** True where counters take part: not knowable from a dump. */
  readonly counters: boolean;
}

/** What xt_recent asks of a list, and does to it. */
export interface RecentList {
  readonly action: 'set' | 'rcheck' | 'update' | 'remove';
  readonly list: string;
  readonly seconds: number | null;
  readonly reap: boolean;
  readonly hitcount: number | null;
  readonly rttl: boolean;
  readonly mask: Prefix['mask'] | null;
  readonly side: 'source' | 'destination';
}

/**
 * What becomes of a test whose field the packet does not have (no connection, no socket, no such header):
 * - `breaks`: it does not match, negated or not. All of nft, and matchers of iptables that give up.
 * - `differs`: it counts as a value that the test does not allow, so that the negated test matches (xt_owner, xt_devgroup).
 * - `passes`: it matches, negated or not (options of xt_conntrack beside `--ctstate`).
 */
export type WhenAbsent = 'breaks' | 'differs' | 'passes';

/** One question that a rule asks of a packet, with what it allows. */
export interface TestOf<F extends Field> {
  readonly field: F;
  readonly in: FieldValues[F];
  readonly negated: boolean;
  readonly absent: WhenAbsent;
}

/** A {@link TestOf} any field. A rule matches where all of its tests do. */
export type Test = { readonly [F in Field]: TestOf<F> }[Field];

/** @returns a test as the languages write most of them: not negated, and broken off where the field is absent. */
export function test<F extends Field>(
  field: F,
  allowed: FieldValues[F],
  negated = false,
  absent: WhenAbsent = 'breaks',
): Test {
  const made: TestOf<F> = { field, in: allowed, negated, absent };
  // A TestOf<F> is one of the union's members, which TypeScript cannot see of an open F.
  return made as Test;
}

/**
 * Turns an answer to what a test asks into one to the test as it stands.
 * @param answer whether the field's value is allowed; `absent` where the packet has none
 */
export function turn(answer: 'yes' | 'no' | 'absent', { negated, absent }: Test): 'yes' | 'no' {
  if (answer === 'absent' && absent !== 'differs') return absent === 'passes' ? 'yes' : 'no';
  return (answer === 'yes') === negated ? 'no' : 'yes';
}
