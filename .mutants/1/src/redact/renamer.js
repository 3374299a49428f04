import { formatAddress, parseAddress } from '../net/address.js';
import { formatPrefix, lengthOfMask, parsePrefix } from '../net/prefix.js';
import { AddressMap, isWellKnown, tellsHalf } from './address-map.js';
import { Aliases } from './aliases.js';
import { ChainAliases } from './chain-aliases.js';
import { InterfaceNames } from './interfaces.js';
import { renameByParts } from './ipv6-parts.js';
import { letters } from './letters.js';
/** The new name of everything: one for a whole capture, so that a thing has one new name in every file. */
export class Renamer {
    aliases = new Aliases();
    addresses;
    interfaces;
    chains;
    #key;
    #seen = new Map();
    #parts = {
        ipv4: (value) => this.addresses.rename({ family: 'ipv4', value }).value,
        mac: (text) => this.mac(text) ?? text,
        scramble: (value, bits) => BigInt(`0x${letters(`${this.#key} id ${value}`, bits / 4, 'hex')}`),
    };
    /** Ends of ranges, which may get other names than the same addresses elsewhere. */
    #ends = [];
    /**
     * @param key secret and new for each capture: whoever has it can undo the renaming of addresses.
     * @param known the addresses of the capture, as {@link AddressMap} needs them.
     */
    constructor(key, known = []) {
        this.#key = key;
        this.addresses = new AddressMap(key, known);
        this.interfaces = new InterfaceNames(key);
        this.chains = new ChainAliases(key);
    }
    /** @returns the address under its new name, in its usual spelling; null where the text is none. */
    address(text) {
        const seen = this.#seen.get(text);
        if (seen !== undefined)
            return seen;
        const address = parseAddress(text);
        if (address === null)
            return null;
        const { family, value } = address;
        const byParts = family === 'ipv6' ? renameByParts(value, this.#parts) : null;
        const moved = byParts === null ? this.addresses.rename(address) : { family, value: byParts };
        const renamed = formatAddress(moved);
        this.#seen.set(text, renamed);
        return renamed;
    }
    /** @returns `10.0.0.0/8`, `10.0.0.0/255.0.0.0` or an address alone, renamed as it is spelt; null where it is none. */
    prefix(text) {
        const slash = text.indexOf('/');
        if (slash < 0)
            return this.address(text);
        const prefix = parsePrefix(text);
        const head = text.slice(0, slash);
        const renamed = this.address(head);
        if (prefix === null || renamed === null)
            return null;
        // Bits outside the mask are zero in most spellings, and must stay so.
        const address = parseAddress(head);
        if (address !== null && address.value === prefix.value) {
            const moved = parsePrefix(`${renamed}${text.slice(slash)}`);
            if (moved === null)
                return null;
            if (lengthOfMask(moved.family, moved.mask) === null)
                return formatPrefix(moved);
            return `${formatAddress(moved)}${text.slice(slash)}`;
        }
        return `${renamed}${text.slice(slash)}`;
    }
    /** @returns `10.0.0.1-10.0.0.9`, a prefix or an address, renamed; null where it is none of them. */
    range(text) {
        const dash = text.indexOf('-');
        if (dash < 0)
            return this.prefix(text);
        return this.#range(text.slice(0, dash), text.slice(dash + 1))?.join('-') ?? null;
    }
    #range(first, last) {
        const [from, to] = [parseAddress(first), parseAddress(last)];
        if (from === null || to === null || from.family !== to.family)
            return null;
        const renamed = this.addresses.renameRange(from, to);
        this.#ends.push([from, renamed[0]], [to, renamed[1]]);
        return [formatAddress(renamed[0]), formatAddress(renamed[1])];
    }
    /** @returns `10.0.0.1:80`, `[fd00::1]:80`, `10.0.0.1-10.0.0.9:80-90` or without ports, renamed; null where it is none. */
    socket(text) {
        const bracketed = /^\[([^\]]+)\](-\[([^\]]+)\])?((?::[\d\-/]+)?)$/.exec(text);
        if (bracketed !== null) {
            const [, from = '', , to, ports = ''] = bracketed;
            if (to !== undefined) {
                const ends = this.#range(from, to);
                return ends === null ? null : `[${ends[0]}]-[${ends[1]}]${ports}`;
            }
            const renamed = this.address(from);
            return renamed === null ? null : `[${renamed}]${ports}`;
        }
        const plain = this.range(text);
        if (plain !== null)
            return plain;
        if (/^:[\d-]+$/.test(text))
            return text;
        const [, place = '', ports = ''] = /^([^:]+)(:[\d\-/]+)$/.exec(text) ?? [];
        const renamed = this.range(place);
        return renamed === null ? null : renamed + ports;
    }
    /** @returns a MAC address of the same kind: broadcast, multicast and zero ones stay, and so does `ee:ee:ee:ee:ee:ee`. */
    mac(text) {
        if (!/^[0-9a-f]{2}(?::[0-9a-f]{2})+$/i.test(text))
            return null;
        const lower = text.toLowerCase();
        if (/^(..)(?::\1)*$/.test(lower) || /^(?:01:00:5e|33:33|01:80:c2)/.test(lower))
            return lower;
        const bytes = letters(`${this.#key} mac ${lower}`, 12, 'hex');
        // Locally administered, unicast: no maker can be read from it.
        return `02${Array.from({ length: lower.split(':').length - 1 }, (_, index) => `:${bytes.slice(index * 2, index * 2 + 2)}`).join('')}`;
    }
    /** @returns the alias of a name. */
    name(kind, name) {
        return this.aliases.alias(kind, name);
    }
    /** @returns every text that was renamed as an address and does not mean the same everywhere, with its new name. */
    renamedAddresses() {
        return new Map([...this.#seen].filter(([text]) => {
            const address = parseAddress(text);
            return address !== null && !isWellKnown(address.family, address.value);
        }));
    }
    /** @returns every address that was met so far. */
    knownAddresses() {
        return [...this.#seen.keys()].map(parseAddress).filter((address) => address !== null);
    }
    /** @returns the addresses of which half stands in their new names, as text. */
    halfKept() {
        const kept = new Set();
        for (const [text, alias] of this.renamedAddresses()) {
            const [address, renamed] = [parseAddress(text), parseAddress(alias)];
            if (address !== null && renamed !== null && tellsHalf(address, renamed))
                kept.add(formatAddress(address));
        }
        for (const [address, renamed] of this.#ends) {
            const isOurs = !isWellKnown(address.family, address.value);
            if (isOurs && tellsHalf(address, renamed))
                kept.add(formatAddress(address));
        }
        return kept;
    }
}
