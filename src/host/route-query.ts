import type { Address, Family } from '../net/address.ts';
import type { NextHop, PolicyRule, Route } from './facts.ts';
import type { RouteUnknown } from './unknown-fact.ts';

/** What routing looks at. `null` means: not known, unless said otherwise. */
export interface RouteQuery {
  readonly family: Family;
  readonly destination: Address;
  /**
   * The unspecified address (`0.0.0.0`, `::`) stands for: not chosen yet, as for a process that connects without
   * binding first. Rules with `from` then pass the packet by, as in the kernel.
   */
  readonly source: Address | null;
  readonly mark: number | null;
  /** `lo` for a packet of the node itself. Null: from outside, through an interface that is not known. */
  readonly inInterface: string | null;
  /** The device a socket is bound to; null for none. */
  readonly outInterface: string | null;
  readonly protocol: number | null;
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
  /** The sender's user. Ignored for a packet from outside: the kernel takes 0 there. */
  readonly uid: number | null;
  /** TOS byte; absent where it is not known. Only matters where a route or a rule names one. */
  readonly tos?: number;
  /** IPv6 only: look up as `-m rpfilter` does (`rt6_device_match`), by device alone, whatever the metric. */
  readonly byDevice?: true;
}

/** @returns the question of a packet that the node itself sends to this address, of which no more is known than is given. */
export function sentTo(destination: Address, known: Partial<RouteQuery> = {}): RouteQuery {
  return {
    family: destination.family,
    destination,
    source: null,
    mark: 0,
    inInterface: 'lo',
    outInterface: null,
    protocol: null,
    sourcePort: null,
    destinationPort: null,
    uid: null,
    ...known,
  };
}

/** What became of a look-up. */
export type RouteAnswer =
  | FoundRoute
  | { readonly kind: 'no-route' }
  | {
      readonly kind: 'unreachable' | 'prohibit' | 'blackhole';
      readonly route: Route | null;
      readonly rule: PolicyRule | null;
    }
  | UnknownRoute;

/** A route was found. */
export interface FoundRoute {
  readonly kind: 'route';
  readonly type: 'unicast' | 'local' | 'broadcast' | 'multicast' | 'anycast';
  /** What `-o` sees: `lo` for a local destination, whatever device holds the address. Null where the route has none. */
  readonly device: string | null;
  /** Null: the destination is a neighbour. */
  readonly gateway: Address | null;
  readonly preferredSource: Address | null;
  readonly table: string;
  /** Null where the kernel needs no route: limited broadcast, 0.0.0.0. */
  readonly route: Route | null;
  /** The other next hops of a multipath route: a hash of the flow chooses, which no capture can tell. */
  readonly alternatives: readonly NextHop[];
}

/** The capture does not tell. */
export interface UnknownRoute {
  readonly kind: 'unknown';
  readonly why: RouteUnknown;
  /** What each answer leads to, where all rests on the packet's mark; absent: on something else. */
  readonly byMark?: RouteByMark;
  /** What the other tables say, where all that is not known is whether the destination is an address of the node; absent: more is not. */
  readonly unlessOwn?: RouteAnswer;
}

/** `fits`: the packet's mark, under the mask, is this value. */
export interface RouteByMark {
  readonly value: number;
  readonly mask: number;
  readonly fits: RouteAnswer;
  readonly differs: RouteAnswer;
}

/** Result of one table: `pass` goes on with the next policy rule. */
export type TableAnswer =
  | { readonly kind: 'pass' }
  | { readonly kind: 'found'; readonly answer: RouteAnswer; readonly prefixLength: number };
