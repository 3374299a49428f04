import { ADDRESS_BITS } from '../net/address.js';
import { maskOfLength, parsePrefix } from '../net/prefix.js';
import { dimensionsOf, readMembers } from './set-key.js';
const cache = new WeakMap();
/** @returns the set arranged for look-up, made once; null for a type that is not known. */
export function setIndex(set) {
    const index = cache.get(set) ?? build(set) ?? 'unsupported';
    cache.set(set, index);
    return index === 'unsupported' ? null : index;
}
function build(set) {
    const dimensions = dimensionsOf(set.type);
    const addressMask = readAddressMask(set);
    if (dimensions === null || addressMask === null)
        return null;
    const members = set.entries.flatMap((entry) => readMembers(set, dimensions, entry));
    const byLength = new Map();
    const others = [];
    for (const member of members) {
        const [first] = member.keys;
        if (first?.kind !== 'address') {
            others.push(member);
            continue;
        }
        const networks = byLength.get(first.length) ?? new Map();
        byLength.set(first.length, networks);
        const list = networks.get(first.value);
        if (list === undefined)
            networks.set(first.value, [member]);
        else
            list.push(member);
    }
    const { family } = set;
    return {
        dimensions,
        addressMask,
        markMask: Number(option(set, 'markmask') ?? 0xffffffff) >>> 0,
        size: members.length,
        candidates: (address) => (address === null ? members : holding(address, family, byLength, others)),
    };
}
function* holding(address, family, byLength, others) {
    for (const [length, networks] of byLength) {
        yield* networks.get(address & maskOfLength(family, length)) ?? [];
    }
    yield* others;
}
function readAddressMask(set) {
    const all = maskOfLength(set.family, ADDRESS_BITS[set.family]);
    const text = option(set, 'netmask') ?? option(set, 'bitmask');
    if (text === null)
        return all;
    if (/^\d+$/.test(text)) {
        return Number(text) <= ADDRESS_BITS[set.family] ? maskOfLength(set.family, Number(text)) : null;
    }
    const mask = parsePrefix(text);
    return mask !== null && mask.family === set.family ? mask.value : null;
}
function option(set, name) {
    const at = set.options.indexOf(name);
    return at < 0 ? null : (set.options[at + 1] ?? null);
}
