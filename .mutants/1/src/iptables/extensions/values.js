import { parsePrefix } from '../../net/prefix.js';
const UINT32 = 0xffffffff;
/** @returns a number as `xtables_strtoui` reads it (decimal, `0x…`, octal with a leading 0), or null outside 0..max. */
export function parseUnsigned(text, max = UINT32) {
    let value;
    if (/^\d+$/.test(text))
        value = Number.parseInt(text, text.length > 1 && text[0] === '0' ? 8 : 10);
    else if (/^0[xX][0-9a-fA-F]+$/.test(text))
        value = Number.parseInt(text.slice(2), 16);
    else
        return null;
    return value <= max ? value : null;
}
/** @returns an inclusive range such as `80`, `80:90`, `:90` or `80:`, or null. */
export function parseRange(text, max, separator = ':') {
    const middle = text.indexOf(separator);
    if (middle < 0) {
        const value = parseUnsigned(text, max);
        return value === null ? null : { from: value, to: value };
    }
    const from = middle === 0 ? 0 : parseUnsigned(text.slice(0, middle), max);
    const rest = text.slice(middle + 1);
    const to = rest === '' ? max : parseUnsigned(rest, max);
    if (from === null || to === null || text.length === 1)
        return null;
    return { from, to };
}
/** @returns a port or a range of ports, `80:90`; null for a service name, which iptables-save never prints. */
export function parsePorts(text) {
    return parseRange(text, 65535);
}
/** @returns `V/M` in 32 bits; without a mask every bit counts. */
export function parseMasked(text, allBits = UINT32) {
    const slash = text.indexOf('/');
    const value = parseUnsigned(slash < 0 ? text : text.slice(0, slash), allBits);
    const mask = slash < 0 ? allBits : parseUnsigned(text.slice(slash + 1), allBits);
    return value === null || mask === null ? null : { value, mask };
}
/** @returns the words of a comma-separated list, or null where one is not among those allowed. */
export function parseList(text, allowed) {
    const found = [];
    for (const word of text.split(',')) {
        const known = allowed.find((name) => name === word.toUpperCase());
        if (known === undefined)
            return null;
        found.push(known);
    }
    return found;
}
const PREFIX_CACHE_LIMIT = 4096;
const prefixCache = new Map();
/**
 * Reads an address with its mask and remembers the latest ones: dumps name the same addresses over and over.
 * @returns the prefix, or null where the text is none or is of the other family.
 */
export function readPrefix(text, family) {
    let prefix = prefixCache.get(text);
    if (prefix === undefined) {
        prefix = parsePrefix(text);
        if (prefixCache.size >= PREFIX_CACHE_LIMIT)
            prefixCache.clear();
        prefixCache.set(text, prefix);
    }
    return prefix?.family === family ? prefix : null;
}
