import type { NatRange, PrefixTranslation, SetChange, SetMap, Zone } from '../iptables/target.ts';
import type { Family } from '../net/address.ts';
import type { Range } from '../net/range.ts';

/**
 * What a rule does with a packet that matched. Rules of nft may do several things, those of iptables one. `text` tells apart
 * what no trace shows: two that differ in it do not do the same.
 */
export type Effect = Verdict | Move | Rewrite | Change;

/** Ends the walk of the table or of the packet. */
export type Verdict =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'reject'; readonly with: string }
  /** `bypass`: where no program listens, the packet passes the table. */
  | { readonly kind: 'queue'; readonly bypass: boolean; readonly text: string }
  /** Hands the packet to a local socket where one listens, and ends the table. */
  | {
      readonly kind: 'tproxy';
      readonly onIp: string | null;
      readonly onPort: number;
      readonly mark: number;
      readonly mask: number;
    }
  /** Answers SYNs itself; the packet ends here. */
  | { readonly kind: 'synproxy' }
  /** Nobody knows what it does. */
  | { readonly kind: 'unrecognised'; readonly text: string; readonly family?: Family };

/** Movement between chains. */
export type Move = { readonly kind: 'jump' | 'goto'; readonly chain: string } | { readonly kind: 'return' };

/** Address translation; each ends the nat step of its hook. `to` is null where the dump does not say; `text` is what it says then, else empty. */
export type Rewrite =
  | {
      readonly kind: 'dnat' | 'snat';
      readonly to: NatRange | null;
      readonly random: boolean;
      readonly persistent: boolean;
      readonly text: string;
    }
  | { readonly kind: 'masquerade' | 'redirect'; readonly ports: Range | null; readonly random: boolean }
  /** `address = value | (address & ~mask)`. */
  | { readonly kind: 'netmap'; readonly value: bigint; readonly mask: bigint };

/** Changes something, or nothing that a trace can see, and goes on. */
export type Change =
  /** `(old & ~mask) ^ value`, unsigned: of the packet's mark, its connection's, or the TOS byte. */
  | {
      readonly kind: 'set-mark' | 'set-ct-mark' | 'set-tos';
      readonly value: number;
      readonly mask: number;
    }
  /** `ctmark = (ctmark & ~ctmask) ^ (nfmark & nfmask)`. */
  | { readonly kind: 'save-mark'; readonly nfmask: number; readonly ctmask: number }
  /** `nfmark = (nfmark & ~nfmask) ^ (ctmark & ctmask)`. */
  | { readonly kind: 'restore-mark'; readonly nfmask: number; readonly ctmask: number }
  /** The packet's mark becomes what no capture tells. */
  | { readonly kind: 'blur-mark'; readonly text: string }
  | { readonly kind: 'set-ttl'; readonly operator: 'set' | 'inc' | 'dec'; readonly value: number }
  | PrefixTranslation
  | { readonly kind: 'notrack' }
  /** The zone that the packet's connection is looked up in, for each direction. */
  | { readonly kind: 'zone'; readonly original: Zone; readonly reply: Zone; readonly text: string }
  | {
      readonly kind: 'change-sets';
      readonly changes: readonly SetChange[];
      readonly maps: SetMap | null;
      readonly text: string;
    }
  /** Lowers the announced segment size, or announces one. */
  | { readonly kind: 'segment-size'; readonly text: string }
  /** Changes what no test asks for, or sends a copy elsewhere. */
  | { readonly kind: 'alter'; readonly text: string }
  /** Takes note: a log line, a counter. */
  | { readonly kind: 'note' };

/** An {@link Effect} of this kind. */
export type EffectOf<K extends Effect['kind']> = Extract<Effect, { readonly kind: K }>;
