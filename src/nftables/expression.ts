/**
 * What a rule reads of the packet, and what it compares that with: the expressions of nft, in one spelling for text and
 * JSON (libnftables-json(5), nft(8)).
 */
export type Expression =
  // --- constants
  | { readonly kind: 'number'; readonly value: number }
  /** An address, a protocol, an interface, a time, a flag: what it means depends on what it is compared with. */
  | { readonly kind: 'word'; readonly text: string }
  /** `exists` and `missing`. */
  | { readonly kind: 'exists'; readonly value: boolean }
  | { readonly kind: 'prefix'; readonly address: string; readonly length: number }
  | { readonly kind: 'range'; readonly from: Expression; readonly to: Expression }
  /** Several flags: `fin,syn`, `fin | syn`. */
  | { readonly kind: 'flags'; readonly words: readonly string[] }
  | { readonly kind: 'concat'; readonly parts: readonly Expression[] }
  /** An anonymous set or map, written in the rule. */
  | { readonly kind: 'set'; readonly elements: readonly Element[] }
  /** A set or map of the table: `@name`. */
  | { readonly kind: 'set-name'; readonly name: string }
  // --- fields
  | Field
  // --- computed
  | {
      readonly kind: 'binary';
      readonly operator: '&' | '|' | '^' | '<<' | '>>';
      readonly left: Expression;
      readonly right: Expression;
    }
  | NumberGenerator
  | MapExpression
  /** True where a rule that nobody listed leads the packet to a chain: stands in rules that are taken for granted, never in a listing. */
  | { readonly kind: 'lost'; readonly chain: string; readonly of: string }
  /** Printed by an nft that does not know it, or not known here. */
  | { readonly kind: 'unknown'; readonly text: string };

/** Something that is read off the packet, its connection or the machine. */
export type Field =
  | { readonly kind: 'meta'; readonly key: string }
  /** `direction`: of the two of a connection, where the key belongs to one of them. */
  | { readonly kind: 'ct'; readonly key: string; readonly direction: 'original' | 'reply' | null }
  | { readonly kind: 'payload'; readonly protocol: string; readonly field: string }
  /** Bits of a header by their place. */
  | {
      readonly kind: 'raw-payload';
      readonly base: string;
      readonly offset: number;
      readonly length: number;
    }
  | { readonly kind: 'fib'; readonly result: string; readonly flags: readonly string[] }
  | { readonly kind: 'rt'; readonly key: string; readonly family: string | null }
  | { readonly kind: 'socket'; readonly key: string }
  | { readonly kind: 'osf'; readonly key: string; readonly ttl: string | null }
  /** `exthdr`, `tcp option`, `ip option`, `sctp chunk`, `dccp option`; `field` null: whether it is there. */
  | {
      readonly kind: 'header-option';
      readonly of: string;
      readonly name: string;
      readonly field: string | null;
    }
  | { readonly kind: 'ipsec'; readonly text: string };

/** What the key is paired with, in a map. */
export interface MapExpression {
  readonly kind: 'map';
  readonly key: Expression;
  readonly data: Expression;
}

/** `numgen`, `jhash`, `symhash`: a number from `offset` to `offset + modulus - 1`. */
export interface NumberGenerator {
  readonly kind: 'numgen';
  readonly by: 'random' | 'inc' | 'jhash' | 'symhash';
  readonly modulus: number;
  readonly offset: number;
  readonly seed: number | null;
  /** What jhash hashes. */
  readonly of: Expression | null;
}

/** One element of a set, or pair of a map. */
export interface Element {
  /** Null for `*`, which is any other key. */
  readonly key: Expression | null;
  /** Null in a set. */
  readonly data: Expression | Verdict | null;
  readonly comment: string | null;
  /** Seconds; null where it is the set's, or none. */
  readonly timeout: number | null;
  /** Seconds that were left when it was listed. */
  readonly expires: number | null;
  /** Its own counter, limit or quota, which may end the rule. */
  readonly extras: readonly Extra[];
}

/** A counter, limit, quota or count of connections. */
export type Extra =
  | {
      readonly kind: 'counter';
      readonly name: Named;
      readonly packets: number | null;
      readonly bytes: number | null;
    }
  | {
      readonly kind: 'quota';
      readonly name: Named;
      readonly over: boolean;
      /** Of a quota of the rule's own, and how many were used up when it was listed; null where that is not known. */
      readonly bytes: number | null;
      readonly used: number | null;
      readonly text: string;
    }
  | { readonly kind: 'limit'; readonly name: Named; readonly over: boolean; readonly text: string }
  | { readonly kind: 'ct-count'; readonly over: boolean; readonly value: number }
  | { readonly kind: 'last'; readonly text: string };

/** The object that is meant: by name, by a map, or null for one of the rule's own. */
export type Named = string | Expression | null;

/** Where a rule or an element sends the packet. */
export interface Verdict {
  readonly kind: 'verdict';
  readonly verdict: 'accept' | 'drop' | 'continue' | 'return' | 'jump' | 'goto';
  /** The chain of a jump or goto. */
  readonly chain: string | null;
}

/** @returns the parts of a key; one where it is no concatenation. */
export function partsOf(key: Expression): readonly Expression[] {
  return key.kind === 'concat' ? key.parts : [key];
}

/** @returns the fields that an expression reads: of a map, those of its key. */
export function fieldsOf(expression: Expression): readonly Field[] {
  switch (expression.kind) {
    case 'meta':
    case 'ct':
    case 'payload':
    case 'raw-payload':
    case 'fib':
    case 'rt':
    case 'socket':
    case 'osf':
    case 'header-option':
    case 'ipsec':
      return [expression];
    case 'concat':
      return expression.parts.flatMap(fieldsOf);
    case 'binary':
      return [expression.left, expression.right].flatMap(fieldsOf);
    case 'map':
      return fieldsOf(expression.key);
    case 'numgen':
      return expression.of === null ? [] : fieldsOf(expression.of);
    default:
      return [];
  }
}
