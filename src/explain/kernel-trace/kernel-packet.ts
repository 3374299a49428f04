/** What a kernel told of one packet on its way, as read; nothing of it is compared yet. */
export interface KernelPacket {
  /** Which tool wrote it. */
  readonly tool: 'kernel log' | 'xtables-monitor' | 'nft monitor trace';
  readonly family: 'ipv4' | 'ipv6';
  readonly places: readonly KernelPlace[];
}

/** A rule that the packet matched, or the end of a chain, with the packet as it was there. */
export interface KernelPlace {
  readonly table: string;
  readonly chain: string;
  readonly kind: 'rule' | 'return' | 'policy';
  /** Counted from 1; null where the tool tells a handle. */
  readonly number: number | null;
  readonly handle: number | null;
  /** As the tool prints the rule; null where it does not. */
  readonly text: string | null;
  /** `ACCEPT`, `JUMP:X`, `drop`; null where the tool does not tell. */
  readonly verdict: string | null;
  readonly packet: PacketFields;
}

/** The packet at a place. */
export interface PacketFields {
  readonly protocol: string | null;
  readonly source: string | null;
  readonly sourcePort: number | null;
  readonly destination: string | null;
  readonly destinationPort: number | null;
  readonly inInterface: string | null;
}

/** A packet of which nothing was told. */
export const NOTHING: PacketFields = {
  protocol: null,
  source: null,
  sourcePort: null,
  destination: null,
  destinationPort: null,
  inInterface: null,
};
