import type { Expression, Extra, Field, MapExpression, Verdict } from './expression.ts';

/** What a rule asks or does, in the order in which the kernel does it. */
export type Statement =
  | Verdict
  | Extra
  | {
      readonly kind: 'match';
      /** `in`: some of the bits are set. */
      readonly operator: '==' | '!=' | '<' | '>' | '<=' | '>=' | 'in';
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'vmap'; readonly key: Expression; readonly data: Expression }
  /** Writes a field. */
  | { readonly kind: 'assign'; readonly field: Field; readonly value: Expression }
  /** `add @s { ip saddr }`: enters the packet's key into a set, or a pair into a map. */
  | {
      readonly kind: 'set-update';
      readonly operation: 'add' | 'update' | 'delete';
      readonly set: string;
      readonly key: Expression;
      readonly data: Expression | null;
      readonly timeout: number | null;
      readonly comment: string | null;
      readonly extras: readonly Extra[];
    }
  | NatStatement
  /** `type` is null for the bare word: what is sent depends on the family. */
  | { readonly kind: 'reject'; readonly type: string | null; readonly code: string | null }
  | { readonly kind: 'notrack' }
  | {
      readonly kind: 'tproxy';
      readonly family: string | null;
      readonly address: Expression | null;
      readonly port: Expression | null;
    }
  | { readonly kind: 'queue'; readonly bypass: boolean; readonly text: string }
  /** `map`: what picks one of the table's; null where it is named, or the rule's own. */
  | { readonly kind: 'synproxy'; readonly map: MapExpression | null; readonly text: string }
  /** The packet leaves by another device and ends here. */
  | { readonly kind: 'fwd'; readonly text: string }
  /** A copy is sent elsewhere. */
  | { readonly kind: 'dup'; readonly text: string }
  | { readonly kind: 'flow'; readonly table: string }
  /** Decides nothing: `log`, `ct helper`, `ct timeout`, `ct expectation`, `secmark`, …; but a map that picks it may lack the packet. */
  | {
      readonly kind: 'passive';
      readonly what: string;
      readonly map: MapExpression | null;
      readonly text: string;
    }
  /** A match or target of iptables that nft cannot show. */
  | { readonly kind: 'xt'; readonly type: string; readonly name: string }
  | { readonly kind: 'unknown'; readonly text: string };

/** Rewrites an address or port of the connection. */
export interface NatStatement {
  readonly kind: 'dnat' | 'snat' | 'masquerade' | 'redirect';
  readonly family: 'ip' | 'ip6' | null;
  /** An address, a range, a map; a map may give `addr . port`. */
  readonly address: Expression | null;
  readonly port: Expression | null;
  readonly random: boolean;
  readonly fullyRandom: boolean;
  readonly persistent: boolean;
  /** Network for network, `prefix to`. */
  readonly prefix: boolean;
}

const EXTRAS: ReadonlySet<string> = new Set(['counter', 'quota', 'limit', 'ct-count', 'last']);

/** @returns true for what an element or a set may carry beside its key. */
export function isExtra(statement: Statement): statement is Extra {
  return EXTRAS.has(statement.kind);
}
