import type { Address } from '../net/address.ts';
import type { Flow } from './flow.ts';

/** A packet's place in the connection table. */
export interface FlowQuery {
  /** IP protocol number. */
  readonly protocol: number;
  readonly source: Address;
  /** Null for protocols without ports. */
  readonly sourcePort: number | null;
  readonly destination: Address;
  readonly destinationPort: number | null;
  /** ICMP and ICMPv6 flows are told apart by these; without them no ICMP flow is found. */
  readonly icmp?: { readonly type: number; readonly code: number; readonly id: number } | null;
  /** The conntrack zone the packet is looked up in; absent: zone 0, the kernel's default. */
  readonly zone?: number;
  /** The zone that counts for the other direction of flows (`CT --zone-orig`, `--zone-reply`); absent: the same one. */
  readonly replyZone?: number;
}

/** A flow that a packet belongs to, and the direction in which the packet goes. */
export interface FoundFlow {
  readonly flow: Flow;
  readonly direction: 'original' | 'reply';
}

/** Which flows to list: those whose client asked for this destination. */
export interface DestinationQuery {
  /** IP protocol number. */
  readonly protocol: number;
  readonly destination: Address;
  /** Null: any, and protocols without ports. */
  readonly destinationPort: number | null;
  /** Absent or null: any client. */
  readonly source?: Address | null;
}

/** Which flows to list: those that have this end, in either direction. */
export interface EndQuery {
  /** IP protocol number. */
  readonly protocol: number;
  readonly destination: Address;
  readonly destinationPort: number;
}

/**
 * The flows of one or several conntrack listings. Lines are read when they are met, and one that cannot be read
 * becomes a problem then; none of the functions throws.
 */
export interface FlowTable {
  /** How many entries the listing holds, readable or not. */
  readonly count: number;
  /** False where no entry has a zone in one direction alone (`CT --zone-orig`, `--zone-reply`). */
  readonly halfZoned: boolean;
  /**
   * @returns the flow whose original or reply tuple is this packet's, as the kernel looks it up
   * (`__nf_conntrack_find_get`, net/netfilter/nf_conntrack_core.c): addresses, protocol, ports or ICMP ids, and zone.
   */
  findFlow(query: FlowQuery): FoundFlow | null;
  /** @returns the flows whose original direction goes to this destination, in any zone, in the order of the listing. */
  flowsTo(query: DestinationQuery): Flow[];
  /** @returns the flows one of whose directions goes to this address and port, in any zone, in the order of the listing. */
  flowsAt(query: EndQuery): Flow[];
  /** Every readable flow, in the order of the listing. */
  all(): Iterable<Flow>;
}

/** A table without flows. */
export const NO_FLOWS: FlowTable = {
  count: 0,
  halfZoned: false,
  findFlow: () => null,
  flowsTo: () => [],
  flowsAt: () => [],
  all: () => [],
};
