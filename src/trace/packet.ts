import type { ConntrackState } from '../iptables/match.ts';
import type { Address, Family } from '../net/address.ts';
import type { Prefix } from '../net/prefix.ts';
import type { PartlyKnown } from '../rules/value-set.ts';

/** A network interface by name; null: there is none at this hook; undefined: there is one, but the capture does not tell which. */
export type Device = string | null | undefined;

/** The packet asked about: what is known of it before it meets the first rule. */
export interface Packet {
  readonly family: Family;
  /** IP protocol number. */
  readonly protocol: number;
  readonly source: Sender;
  /** Null: any ephemeral port, as a new connection has. */
  readonly sourcePort: number | null;
  readonly destination: Address;
  /** True where the question says that the destination is an address of this node (`node:31000`), whatever the capture holds. */
  readonly destinationIsLocal: boolean;
  readonly destinationPort: number | null;
  /** For ICMP: type and code, and of an echo its identifier, by which conntrack tells flows apart; absent: not known. */
  readonly icmp: { readonly type: number; readonly code: number; readonly id?: number } | null;
  readonly entersAt: 'PREROUTING' | 'OUTPUT';
  /** Null for a packet of the node itself; undefined where the interface is not known. */
  readonly inInterface: Device;
  /** The port of that bridge by which the frame came. Absent: not known, or no bridge. */
  readonly inPort?: string;
  readonly mark: number;
  /** What is known of its mark where that is not all; `mark` has the same bits then, and 0 for the others. */
  readonly markBits?: PartlyKnown;
  readonly state: Extract<ConntrackState, 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED'>;
  /** What else is known of its headers. Absent: nothing but what follows from the rest; matches that ask for it fork. */
  readonly header?: HeaderFacts;
}

/** Fields of a packet's headers that a question leaves open as a rule; each absent where not known. */
export interface HeaderFacts {
  /** TTL or hop limit as it arrives, or as the process sends it. */
  readonly ttl?: number;
  /** The whole byte: DSCP and ECN. */
  readonly tos?: number;
  /** Length in bytes, as `-m length` counts it: with the IP header. */
  readonly length?: number;
  /** Bits of the TCP header's flags. */
  readonly tcpFlags?: number;
  /** Of the node's process that sends it. */
  readonly userId?: number;
}

/**
 * Where a packet comes from. Either one address, or all that is known of it: a walk that meets `-s 10.0.0.0/8` and
 * cannot tell forks, and each branch knows one thing more.
 */
export interface Sender {
  readonly address: Address | null;
  /** Every prefix the address is known to lie in. Empty where `address` is set. */
  readonly within: readonly Prefix[];
  /** Every prefix the address is known to lie outside of. */
  readonly outside: readonly Prefix[];
  /** What `addrtype --src-type` would see: an address of the node itself, or not; null: not known. */
  readonly local: boolean | null;
}

/** @returns the sender with exactly this address. */
export function senderOf(address: Address): Sender {
  return { address, within: [], outside: [], local: null };
}
