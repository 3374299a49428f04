import type { Family } from '../net/address.ts';
import type { Range } from '../net/range.ts';

/** What a rule does with a packet that matched. `null` in a rule means: count it and go on. */
export type Target =
  // --- verdicts of the table
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'reject'; readonly with: string }
  | {
      readonly kind: 'queue';
      readonly name: 'QUEUE' | 'NFQUEUE';
      readonly bypass: boolean;
      readonly text: string;
    }
  /** TPROXY: ends the mangle table and hands the packet to a local socket. */
  | {
      readonly kind: 'tproxy';
      readonly onIp: string | null;
      readonly onPort: number;
      readonly mark: number;
      readonly mask: number;
    }
  /** Answers SYNs itself; the packet ends here. */
  | { readonly kind: 'synproxy' }
  // --- movement between chains
  | { readonly kind: 'jump'; readonly chain: string }
  | { readonly kind: 'goto'; readonly chain: string }
  | { readonly kind: 'return' }
  // --- address translation; each ends the nat table for the packet
  | {
      readonly kind: 'dnat';
      readonly to: NatRange | null;
      readonly random: boolean;
      readonly persistent: boolean;
      readonly text: string;
    }
  | {
      readonly kind: 'snat';
      readonly to: NatRange | null;
      readonly random: boolean;
      readonly persistent: boolean;
      readonly text: string;
    }
  | { readonly kind: 'masquerade'; readonly ports: Range | null; readonly random: boolean }
  | { readonly kind: 'redirect'; readonly ports: Range | null; readonly random: boolean }
  /** Replaces the network bits: `address = to.value | (address & ~to.mask)`. */
  | { readonly kind: 'netmap'; readonly value: bigint; readonly mask: bigint }
  | PrefixTranslation
  // --- change what later rules test, and go on
  /** `mark = (mark & ~mask) ^ value`, all 32 bits unsigned: every spelling of MARK (set, and, or, xor) is one of these. */
  | { readonly kind: 'mark'; readonly value: number; readonly mask: number }
  /** `ctmark = (ctmark & ~mask) ^ value`. */
  | { readonly kind: 'connmark-set'; readonly value: number; readonly mask: number }
  /** `ctmark = (ctmark & ~ctmask) ^ (nfmark & nfmask)`. */
  | { readonly kind: 'connmark-save'; readonly nfmask: number; readonly ctmask: number }
  /** `nfmark = (nfmark & ~nfmask) ^ (ctmark & ctmask)`. */
  | { readonly kind: 'connmark-restore'; readonly nfmask: number; readonly ctmask: number }
  | { readonly kind: 'notrack' }
  /** The zone for each direction of the connection; what else it assigns (a helper, a timeout) stays text. */
  | { readonly kind: 'ct'; readonly original: Zone; readonly reply: Zone; readonly text: string }
  | { readonly kind: 'dscp'; readonly value: number }
  /** `tos = (tos & ~mask) ^ value`. */
  | { readonly kind: 'tos'; readonly value: number; readonly mask: number }
  | { readonly kind: 'ttl'; readonly operator: 'set' | 'inc' | 'dec'; readonly value: number }
  /** Marks by a hash of the packet: the mark is unknown afterwards. */
  | { readonly kind: 'hmark'; readonly text: string }
  /** SET: enters elements made of the packet's fields into ipsets, or takes them out. */
  | {
      readonly kind: 'change-sets';
      readonly changes: readonly SetChange[];
      readonly maps: SetMap | null;
      readonly text: string;
    }
  /** TCPMSS: lowers the segment size that a SYN announces, or gives it one. */
  | { readonly kind: 'segment-size'; readonly text: string }
  /** Changes what no match asks for, or sends a copy elsewhere. */
  | { readonly kind: 'alter'; readonly name: AlteringTarget; readonly text: string }
  // --- go on without any effect on the packet
  | { readonly kind: 'passive'; readonly name: PassiveTarget; readonly text: string }
  /** A target that no known iptables has, or a dump printed by a tool older than the rule (`[unsupported revision]`). */
  /** `family`: it stands for the rules of a family of which none was captured. Absent: it is a rule's own. */
  | {
      readonly kind: 'unrecognised';
      readonly name: string;
      readonly text: string;
      readonly family?: Family;
    };

/** Where NAT sends a packet: an address range, a port range, or both; null keeps what the packet has. */
export interface NatRange {
  readonly from: bigint | null;
  readonly to: bigint | null;
  readonly ports: Range | null;
  /** `--to-destination 10.0.0.1:80-90/8000`: the port is `ports.from + (port - base)`. */
  readonly portBase: number | null;
}

/** SNPT and DNPT of ip6tables: one IPv6 prefix for another, without a connection (RFC 6296). */
export interface PrefixTranslation {
  readonly kind: 'npt';
  readonly side: 'source' | 'destination';
  readonly from: PrefixBits;
  readonly to: PrefixBits;
}

/** A prefix of up to 64 bits. */
export interface PrefixBits {
  readonly value: bigint;
  readonly length: number;
}

/** A conntrack zone: a number, the low half of the packet's mark, or null where it could not be read. */
export type Zone = number | 'mark' | null;

/** An element made of the packet's fields, entered into an ipset or taken out of it. */
export interface SetChange {
  readonly set: string;
  readonly directions: readonly ('src' | 'dst')[];
  readonly added: boolean;
}

/** `--map-set`: where the set has the packet, it gets what the set holds beside the element; `mark`: its mark among that. */
export interface SetMap {
  readonly set: string;
  readonly directions: SetChange['directions'];
  readonly mark: boolean;
}

/** Targets that change the packet where no match looks, or send a copy of it elsewhere. */
export type AlteringTarget =
  | 'CHECKSUM'
  | 'CLASSIFY'
  | 'CONNSECMARK'
  | 'ECN'
  | 'SECMARK'
  | 'TCPOPTSTRIP'
  | 'TEE';

/** Targets after which the walk goes on with the packet as it was. */
export type PassiveTarget =
  | 'ACCOUNT'
  | 'AUDIT'
  | 'IDLETIMER'
  | 'LED'
  | 'LOG'
  | 'NFLOG'
  | 'RATEEST'
  | 'TRACE'
  | 'ULOG';

/** The discriminator of {@link Target}. */
export type TargetKind = Target['kind'];

/** The variant of {@link Target} with the given kind. */
export type TargetOf<K extends TargetKind> = Extract<Target, { readonly kind: K }>;
