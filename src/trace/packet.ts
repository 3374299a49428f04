import type { ConntrackState } from '../iptables/match.ts';
import type { Address, Family } from '../net/address.ts';
import type { Prefix } from '../net/prefix.ts';

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
  /** For ICMP: type and code. */
  readonly icmp: { readonly type: number; readonly code: number } | null;
  readonly entersAt: 'PREROUTING' | 'OUTPUT';
  /** Null for a packet of the node itself; undefined where the interface is not known. */
  readonly inInterface: string | null | undefined;
  readonly mark: number;
  readonly state: Extract<ConntrackState, 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED'>;
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
