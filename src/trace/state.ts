import type { ConntrackState } from '../iptables/match.ts';
import type { SetChange } from '../iptables/target.ts';
import type { Address, Family } from '../net/address.ts';
import { ICMP, ICMPV6 } from '../net/protocol.ts';
import type { Range } from '../net/range.ts';
import type { PartlyKnown } from '../rules/value-set.ts';
import type { NftSetChange } from './nft/set-change.ts';
import { type Device, type Sender, senderOf } from './packet.ts';
import type { Writes } from './writes.ts';

/**
 * Everything about the packet that a rule can ask or change. Immutable: a change makes a new one. All fields are always there, if
 * only undefined: V8 copies objects of one shape ten times as fast as those of several, and a walk copies little else.
 */
export interface PacketState {
  readonly source: Sender;
  readonly sourcePort: number | null;
  readonly destination: Address;
  readonly destinationPort: number | null;
  /** Null where a rule set it to what no capture tells. */
  readonly mark: number | null;
  /** What is known of it then; undefined: nothing. */
  readonly markBits: PartlyKnown | undefined;
  readonly writes: Writes | undefined;
  readonly inInterface: Device;
  readonly outInterface: Device;
  /** The port of a bridge that it came in by; undefined where it is not known. */
  readonly inPort: string | undefined;
  /** What the packet came in by, where the hook does not show it: IPVS sends on through OUTPUT. Null: `inInterface` says it. */
  readonly arrivedBy: { readonly device: Device } | null;
  /** Set once IPVS gave it to a real server, or back from one; IPVS leaves it alone from there on. */
  readonly balancedBy: BalancedBy | null;
  readonly family: Family;
  readonly protocol: number;
  readonly icmp: { readonly type: number; readonly code: number } | null;
  /** Whether the destination is an address of this node, where the question or a branch's condition says so; null: ask the host. */
  readonly destinationLocal: boolean | null;
  /** Bits of the TCP header's flags; null where not known or not TCP. */
  readonly tcpFlags: number | null;
  /** DSCP and ECN, one byte, as far as it is known. */
  readonly tos: { readonly bits: number; readonly known: number };
  readonly ttl: number | null;
  /** Bytes, with the IP header. */
  readonly length: number | null;
  /** Whether a TCPMSS rule was on its way. */
  readonly segmentSizeSet: boolean;
  /** TPROXY gave it to a socket of the node; it is lost where routing then does not deliver it here. */
  readonly takenOver: boolean;
  /** What the frame is addressed to; it stays so whatever NAT makes of the destination. */
  readonly frame: 'unicast' | 'multicast' | 'broadcast';
  /** True for a packet that a process of the node sent. */
  readonly fromNode: boolean;
  /** Of that process. */
  readonly ids: SocketIds;
  /** The bridge hands the frame on itself; only br_netfilter shows it to iptables. Null: not known. */
  readonly bridged: boolean | null;
  readonly connection: Connection | null;
  /** Why there is no connection. */
  readonly untracked: 'INVALID' | 'UNTRACKED' | null;
  /** Where the routing decision sends it; null before there is one or where routes were not captured. */
  readonly route: {
    readonly device: Device;
    readonly gateway: Address | null;
    readonly local: boolean;
  } | null;
  readonly sourceRewrite: 'none' | 'masquerade' | 'snat';
  /** xt_recent lists that rules entered this packet's address into or removed it from on its way, oldest first. */
  readonly recentLists: readonly RecentChange[];
  /** ipsets that rules changed on its way, oldest first. */
  readonly setChanges: readonly SetChanged[];
  /** What rules of nft wrote into their sets on its way, oldest first. */
  readonly nftSetChanges: readonly NftSetChange[];
  /** Zones that a CT rule has it looked up in, for its connection's two directions; null within: by a mark not known. */
  readonly zones: Zones | null;
}

/** What rules wrote on the packet's way that outlasts it. */
export type Written = Pick<PacketState, 'recentLists' | 'setChanges' | 'nftSetChanges'>;

/** What user and group a process may be of; absent: any. */
export interface SocketIds {
  readonly user?: readonly Range[];
  readonly group?: readonly Range[];
}

/** `byMark` until the packet is looked up: the directions whose zone its mark gives then (nf_ct_zone_tmpl). */
interface Zones {
  readonly original: number | null;
  readonly reply: number | null;
  readonly byMark?: { readonly original: boolean; readonly reply: boolean };
}

/**
 * The virtual end of the connection that IPVS has: where its first packet went to, also where a virtual server by mark took it
 * (ip_vs_schedule).
 */
export interface BalancedBy {
  readonly address: Address;
  readonly port: number | null;
  /** The virtual server schedules each datagram for itself. */
  readonly onePacket: boolean;
}

/** What a SET rule did to an ipset, and with which fields of the packet. */
export interface SetChanged extends SetChange {
  readonly protocol: number;
  readonly source: Sender;
  readonly sourcePort: number | null;
  readonly destination: Address;
  readonly destinationPort: number | null;
}

/** What a rule did to an xt_recent list. */
export interface RecentChange {
  readonly list: string;
  readonly side: 'source' | 'destination';
  readonly entered: boolean;
  /** As the list's mask leaves it; null where the sender is not known. */
  readonly address: Address | null;
  /** Whether NAT had rewritten the packet's source by then. */
  readonly rewritten: boolean;
}

/** The conntrack entry of the packet, as far as rules ask about it. All fields are always there, as of {@link PacketState}. */
export interface Connection {
  readonly state: Extract<ConntrackState, 'NEW' | 'ESTABLISHED' | 'RELATED'>;
  /** Null where not known. */
  readonly direction: 'ORIGINAL' | 'REPLY' | null;
  /**
   * True for an ICMP error, which carries the entry of the flow that it quotes, in either direction
   * (nf_conntrack_inet_error): the ends and the protocol are not those of the packet, and no question holds them.
   */
  readonly quoted: boolean;
  readonly mark: number | null;
  /** As those of a packet. */
  readonly markBits: PartlyKnown | undefined;
  readonly writes: Writes | undefined;
  /** Ends of the original direction, as the first packet had them. */
  readonly originalSource: Sender;
  readonly originalSourcePort: number | null;
  readonly originalDestination: Address;
  readonly originalDestinationPort: number | null;
  /** Ends that answers come from and go to; they change as NAT is decided. */
  readonly replySource: Address;
  readonly replySourcePort: number | null;
  readonly replyDestination: Sender;
  readonly replyDestinationPort: number | null;
  /** By which interface its first packet left when a rule masqueraded it; null: none did; undefined: none did yet, or it is not known. */
  readonly masqueradedBy: string | null | undefined;
  /** A flow of the capture that has its answers, where a rule left no other source port. Undefined: none. */
  readonly takenBy: { readonly file: string; readonly line: number } | undefined;
  readonly dnat: boolean;
  /** It answers from elsewhere, and whether nat or IPVS wrote that is not known: IPVS was not listed, or not as a whole. */
  readonly mayBeBalanced: true | undefined;
  readonly snat: boolean;
  /** nat tables are asked once for each kind of rewrite (`nf_nat_initialized`). Null: if nat is there, which no capture tells. */
  readonly destinationDecided: boolean | null;
  readonly sourceDecided: boolean | null;
  readonly seenReply: boolean | null;
  readonly assured: boolean | null;
  readonly confirmed: boolean;
  /** Labels that it is known to have and no others; null: not known; undefined: as it has been since it began (see `labels.ts`). */
  readonly labels: readonly string[] | null | undefined;
  /** What a branch answered about labels that are not known. */
  readonly labelsTold: ReadonlyMap<string, boolean> | undefined;
  /** Whether it has room for labels, where a branch answered that. */
  readonly labelRoom: boolean | undefined;
  /** What the capture counted of it, packets and bytes; undefined: nothing. */
  readonly counted: Readonly<Record<'original' | 'reply', Counted>> | undefined;
  /** True where the entry was found in the capture's conntrack table. */
  readonly fromCapture: boolean;
}

/** Null where no accounting was on. */
interface Counted {
  readonly packets: number | null;
  readonly bytes: number | null;
}

/** @returns the TOS that policy rules and routes compare (DSCP and the bits beside ECN), for a look-up; empty where not all of it is known. */
export function knownTos({ tos }: PacketState): { readonly tos?: number } {
  return (tos.known & 0xfc) === 0xfc ? { tos: tos.bits } : {};
}

/** The SYN bit of the TCP header: all that the first packet of a connection carries. */
export const SYN = 2;

/** @returns true for an ICMP error, which has no flow of its own and takes the one that it quotes (nf_conntrack_inet_error). */
export function quotesFlow({ protocol }: PacketState, as: Connection['state']): boolean {
  return as === 'RELATED' && (protocol === ICMP || protocol === ICMPV6);
}

/** @returns the connection that conntrack opens for the packet, or takes for granted where the question says that there is one. */
export function openConnection(state: PacketState, as: Connection['state']): Connection {
  const established = as === 'ESTABLISHED';
  const quoted = quotesFlow(state, as);
  return {
    state: as,
    direction: quoted ? null : 'ORIGINAL',
    quoted,
    // A related connection takes over its master's mark (init_conntrack).
    mark: as === 'NEW' ? 0 : null,
    originalSource: state.source,
    originalSourcePort: state.sourcePort,
    originalDestination: state.destination,
    originalDestinationPort: state.destinationPort,
    replySource: state.destination,
    replySourcePort: state.destinationPort,
    replyDestination: state.source,
    replyDestinationPort: state.sourcePort,
    dnat: false,
    snat: false,
    destinationDecided: established,
    sourceDecided: established,
    seenReply: quoted ? null : established,
    assured: established || quoted ? null : false,
    confirmed: established || quoted,
    fromCapture: false,
    markBits: undefined,
    writes: undefined,
    masqueradedBy: undefined,
    takenBy: undefined,
    mayBeBalanced: undefined,
    labels: undefined,
    labelsTold: undefined,
    labelRoom: undefined,
    counted: undefined,
  };
}

/**
 * The connection that matches see. Between a CT rule and connection tracking the packet carries the rule's template
 * (xt_ct_target: `nf_ct_set(skb, ct, IP_CT_NEW)`), which they take for a connection: new, confirmed, of protocol 0, from
 * and to no address. All packets share it, so its mark may be what another packet left there.
 */
export function shownConnection(state: PacketState): Connection | null {
  if (state.connection !== null || state.zones === null) return state.connection;
  const nowhere: Address = { family: state.family, value: 0n };
  return {
    ...openConnection(state, 'NEW'),
    mark: null,
    originalSource: senderOf(nowhere),
    originalSourcePort: 0,
    originalDestination: nowhere,
    originalDestinationPort: 0,
    replySource: nowhere,
    replySourcePort: 0,
    replyDestination: senderOf(nowhere),
    replyDestinationPort: 0,
    confirmed: true,
  };
}
