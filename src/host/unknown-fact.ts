import type { Address, Family } from '../net/address.ts';

/** What a policy routing rule may ask of a packet. */
export type RoutedField =
  | { readonly field: 'in-interface' | 'mark' | 'source' | 'uid' | 'tos' | 'protocol' }
  | { readonly field: 'source-port' | 'destination-port' }
  /** A selector that is read but not modelled, as the rule spells it. */
  | { readonly field: 'unmodelled'; readonly word: string };

/** What a part of the packet that a set is asked for, and that is not known. */
export type SetField =
  | 'source-address'
  | 'destination-address'
  | 'source-port'
  | 'destination-port'
  | 'source-mac'
  | 'destination-mac'
  | 'in-interface'
  | 'out-interface'
  | 'mark';

/** Why a set cannot say whether it holds a packet. */
export type SetUnknown =
  | { readonly code: 'ipset-not-captured' | 'ipset-missing' | 'ipset-cut'; readonly set: string }
  | { readonly code: 'ipset-type'; readonly set: string; readonly type: string }
  /** `fields` is empty where elements could not be read or contradict each other. */
  | { readonly code: 'ipset-element'; readonly set: string; readonly fields: readonly SetField[] };

/** Why the node's routing cannot say where a packet goes. */
export type RouteUnknown =
  | { readonly code: 'family' | 'source' | 'policy-rules-not-captured' }
  | { readonly code: 'local-table-merged' | 'local-routes-not-captured'; readonly address: Address }
  /** `address` is null where those of all interfaces are missing. */
  | { readonly code: 'addresses-not-captured'; readonly address: Address | null }
  | { readonly code: 'routes-not-captured'; readonly family: Family }
  /** A policy rule leads to a table of which no listing tells. */
  | { readonly code: 'table-not-captured'; readonly family: Family; readonly table: string }
  | { readonly code: 'suppress-ifgroup'; readonly priority: number }
  | { readonly code: 'policy-rule'; readonly priority: number; readonly asks: RoutedField }
  | { readonly code: 'tos'; readonly table: string; readonly tos: number };

/** Why it cannot be said whether the kernel takes a packet in. */
export type SourceUnknown =
  | RouteUnknown
  | { readonly code: 'localnet-not-captured' | 'link-addresses-not-captured' | 'in-interface-not-known' }
  /** The route back has a next hop by another interface, and its listing prints one of each. */
  | { readonly code: 'first-hop-alone'; readonly source: Address }
  | { readonly code: 'source-switches-not-captured' | 'rule-come-and-gone'; readonly source: Address };
