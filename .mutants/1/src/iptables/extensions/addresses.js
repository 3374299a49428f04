import { parseAddress } from '../../net/address.js';
import { findPart, independent, isNegated, unrecognisedPart, valueText, } from './extension.js';
const ADDRESS_TYPES = new Set([
    'UNSPEC',
    'UNICAST',
    'LOCAL',
    'BROADCAST',
    'ANYCAST',
    'MULTICAST',
    'BLACKHOLE',
    'UNREACHABLE',
    'PROHIBIT',
    'THROW',
    'NAT',
    'XRESOLVE',
]);
/** Modules that compare addresses with ranges, sets and kinds. */
export const addressModules = {
    iprange: independent({
        '--src-range': [1, rangeReader('source')],
        '--dst-range': [1, rangeReader('destination')],
    }),
    addrtype: {
        arity: { '--src-type': 1, '--dst-type': 1, '--limit-iface-in': 0, '--limit-iface-out': 0 },
        read: readAddrtype,
    },
    set: {
        arity: {
            '--match-set': 2,
            '--set': 2,
            '--return-nomatch': 0,
            '--update-counters': 0,
            '--update-subcounters': 0,
            '--packets-eq': 1,
            '--packets-lt': 1,
            '--packets-gt': 1,
            '--bytes-eq': 1,
            '--bytes-lt': 1,
            '--bytes-gt': 1,
        },
        read: readSet,
    },
};
/** @returns the two ends of `from-to`, or one address as both; null for anything else or another family. */
export function parseAddressRange(text, context) {
    const dash = text.indexOf('-');
    const from = parseAddress(dash < 0 ? text : text.slice(0, dash));
    const to = dash < 0 ? from : parseAddress(text.slice(dash + 1));
    return isOf(from, context) && isOf(to, context) ? { from: from.value, to: to.value } : null;
}
function isOf(address, context) {
    return address?.family === context.family;
}
function rangeReader(side) {
    return (part, context) => {
        const range = parseAddressRange(valueText(part), context);
        return range && { kind: 'iprange', negated: isNegated(part), side, ...range };
    };
}
/** `--limit-iface-*` belongs to both types of its module. */
function readAddrtype(parts) {
    const limit = findPart(parts, '--limit-iface-in')
        ? 'in'
        : findPart(parts, '--limit-iface-out')
            ? 'out'
            : null;
    const matches = [];
    for (const part of parts) {
        const flag = part.flag.text;
        if (flag !== '--src-type' && flag !== '--dst-type')
            continue;
        const types = valueText(part).toUpperCase().split(',');
        if (!types.every((type) => ADDRESS_TYPES.has(type)))
            matches.push(unrecognisedPart(part));
        else {
            const side = flag === '--src-type' ? 'source' : 'destination';
            matches.push({ kind: 'addrtype', negated: isNegated(part), side, types, limit });
        }
    }
    return matches.length === 0 ? null : matches;
}
function readSet(parts) {
    const part = findPart(parts, '--match-set', '--set');
    const name = part?.values[0]?.text;
    const flags = part?.values[1]?.text;
    if (part === null || name === undefined || flags === undefined)
        return null;
    const directions = [];
    for (const flag of flags.split(',')) {
        if (flag !== 'src' && flag !== 'dst')
            return null;
        directions.push(flag);
    }
    const returnNomatch = findPart(parts, '--return-nomatch') !== null;
    const counters = parts.length > (returnNomatch ? 2 : 1);
    return [{ kind: 'set', negated: isNegated(part), name, directions, returnNomatch, counters }];
}
