import { formatAddress } from '../net/address.js';
import { destinationNeedles, portNeedle, spellingOf } from './needles.js';
const BEGINNING = 65_536;
/** @returns the addresses as the reader of rows compares them; null where a port may be at any address. */
export function wantedDestinations(wanted) {
    if (wanted.ports.length > 0)
        return null;
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
export function wantedTexts(wanted, beginning) {
    const text = beginning.toString('latin1', 0, BEGINNING);
    const spelling = text.includes('\t') ? null : spellingOf(text);
    if (spelling === null)
        return [];
    return [
        ...wanted.addresses.flatMap((address) => destinationNeedles(spelling, address)),
        ...wanted.ports.map((port) => portNeedle(spelling, port)),
    ];
}
