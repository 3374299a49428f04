import type { Address } from '../net/address.ts';

/** An endpoint of a Service: the chain that sends to it, and its address. */
export interface EndpointChain {
  readonly chain: string;
  readonly address: Address;
}

/**
 * Tells which endpoints are twins: everything captured would read the same if the two changed their addresses and the names of
 * their chains. Then a packet to the one fares as a packet to the other does, and is followed once for both.
 */
export interface Twins {
  /** How many endpoints a chain has to choose from before they are asked for. */
  readonly from: number;
  /**
   * @param endpoints all that a chain leads to
   * @returns for each endpoint a number that its twins share; null where it has none, or where that cannot be told
   */
  kindsOf(endpoints: readonly EndpointChain[]): readonly (number | null)[];
}
