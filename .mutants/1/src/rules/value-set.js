import { prefixContains } from '../net/prefix.js';
import { rangeContains } from '../net/range.js';
/** @returns the set of one number. */
export function just(number) {
    return { kind: 'ranges', ranges: [{ from: number, to: number }] };
}
/** @returns the set of the numbers in one range. */
export function within(range) {
    return { kind: 'ranges', ranges: [range] };
}
/** @returns true where the set allows the number. */
export function allows(set, number) {
    switch (set.kind) {
        case 'ranges':
            return set.ranges.some((range) => rangeContains(range, number));
        case 'masked':
            return (number & set.mask) >>> 0 === set.value >>> 0;
        case 'any-bit':
            return (number & set.bits) !== 0;
    }
}
/** @returns whether the set allows a number whose other bits are not known; null where it rests on one of these. */
export function allowsPartly(set, { bits, known }) {
    switch (set.kind) {
        case 'ranges':
            return known >>> 0 === 0xffffffff ? allows(set, bits) : null;
        case 'masked':
            if (((bits ^ set.value) & set.mask & known) !== 0 || holdsNever(set))
                return false;
            return (set.mask & ~known) === 0 ? true : null;
        case 'any-bit':
            if ((bits & known & set.bits) !== 0)
                return true;
            return (set.bits & ~known) === 0 ? false : null;
    }
}
/** @returns the one number of 32 bits that the set allows; null where it allows none, or several. */
export function onlyNumber(set) {
    switch (set.kind) {
        case 'ranges': {
            const [first, ...others] = set.ranges;
            return first !== undefined && others.length === 0 && first.from === first.to ? first.from : null;
        }
        case 'masked':
            return set.mask >>> 0 === 0xffffffff ? set.value >>> 0 : null;
        case 'any-bit':
            return null;
    }
}
/** @returns true where the set allows every number from 0 to `most`. */
export function allowsAll(set, most) {
    if (set.kind !== 'ranges')
        return set.kind === 'masked' && set.mask === 0 && set.value === 0;
    return set.ranges.some(({ from, to }) => from <= 0 && to >= most);
}
/** @returns the bits of a number that the answer can rest on. */
export function askedBits(set) {
    switch (set.kind) {
        case 'ranges':
            return 0xffffffff;
        case 'masked':
            return holdsNever(set) ? 0 : set.mask;
        case 'any-bit':
            return set.bits;
    }
}
/** @returns the bits of the number of which each alone gives the answer; 0 where it takes all that are asked. */
export function decidingBits(set, number) {
    switch (set.kind) {
        case 'ranges':
            return 0;
        case 'masked':
            return holdsNever(set) ? 0 : ((number ^ set.value) & set.mask) >>> 0;
        case 'any-bit':
            return (number & set.bits) >>> 0;
    }
}
function holdsNever({ value, mask }) {
    return (value & ~mask) !== 0;
}
/** @returns true where the set allows the address. */
export function allowsAddress(set, address) {
    if (set.kind === 'prefix')
        return prefixContains(set.prefix, address);
    return set.ranges.some(({ from, to }) => address.value >= from && address.value <= to);
}
/** @returns true where a device name fits `eth0` or, with a trailing plus, begins with what stands before it. */
export function deviceMatches(device, pattern) {
    return pattern.endsWith('+') ? device.startsWith(pattern.slice(0, -1)) : device === pattern;
}
