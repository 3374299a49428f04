import { type Address, formatAddress } from '../net/address.ts';
import { destinationNeedles, portNeedles, spellingOf } from './needles.ts';
import type { WantedDestinations } from './row-reader.ts';

/** Which flows are asked for: those whose client asked for one of these addresses, or for one of these ports. */
export interface WantedFlows {
  readonly addresses: readonly Address[];
  /** At any address: node ports. */
  readonly ports: readonly number[];
}

const BEGINNING = 65_536;

/** @returns the addresses as the reader of rows compares them; null where a port may be at any address. */
export function wantedDestinations(wanted: WantedFlows): WantedDestinations | null {
  if (wanted.ports.length > 0) return null;
  const { addresses } = wanted;
  return {
    ipv4: new Set(addresses.filter(({ family }) => family === 'ipv4').map(({ value }) => Number(value))),
    ipv6: new Set(addresses.filter(({ family }) => family === 'ipv6').map(formatAddress)),
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
    ...wanted.ports.flatMap((port) => portNeedles(spelling, port)),
  ];
}
