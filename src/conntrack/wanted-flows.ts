import { type Address, formatAddress } from '../net/address.ts';
import { destinationNeedles, portNeedle, spellingOf } from './needles.ts';
import type { WantedDestinations } from './row-reader.ts';

/** Which flows are asked for: those whose client asked for one of these. */
export interface WantedFlows {
  readonly addresses: readonly Address[];
  /** Ports on addresses of the node: a flow may have any of `nodeAddresses`, and one of `nodePorts`. */
  readonly nodeAddresses: readonly Address[];
  readonly nodePorts: readonly number[];
}

const BEGINNING = 65_536;

/** @returns the addresses by family, as the reader of rows compares them. */
export function wantedDestinations(wanted: WantedFlows): WantedDestinations {
  const all = [...wanted.addresses, ...(wanted.nodePorts.length > 0 ? wanted.nodeAddresses : [])];
  return {
    ipv4: new Set(all.filter(({ family }) => family === 'ipv4').map(({ value }) => Number(value))),
    ipv6: new Set(all.filter(({ family }) => family === 'ipv6').map(formatAddress)),
  };
}

/**
 * @param beginning the first bytes of the listing
 * @returns texts of which every line asked for holds one; none where the listing is spelt in a way that cannot be
 * searched, and all of it has to be read
 */
export function wantedTexts(wanted: WantedFlows, beginning: Buffer): string[] {
  const text = beginning.toString('latin1', 0, BEGINNING);
  const spelling = text.includes('\t') ? null : spellingOf(text);
  if (spelling === null) return [];
  return [
    ...wanted.addresses.flatMap((address) => destinationNeedles(spelling, address)),
    ...wanted.nodePorts.map((port) => portNeedle(spelling, port)),
  ];
}
